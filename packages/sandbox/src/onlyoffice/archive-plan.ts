import { shortenedPath, uniquePath } from './archive-paths.ts';
import { convertFile, type Packed } from './conversion.ts';
import type { EntryId, FileNode, FolderNode, User } from './model.ts';
import type { Portal } from './portal.ts';
import type { Selection } from './selection.ts';

export interface PlannedEntry extends Packed {
  /** With a slash at the end: a directory. */
  readonly path: string;
  readonly modified: number;
}

export interface ArchivePlan {
  readonly entries: readonly PlannedEntry[];
  /** One for each file that failed. */
  readonly errors: readonly string[];
}

/** What an archive of the selection holds: entries the user may not download are left out without a word. */
export function planArchive(portal: Portal, user: User | undefined, selection: Selection): ArchivePlan {
  const planner = new Planner(portal, user, selection);
  for (const id of byId(selection.fileIds)) planner.addFileById(id);
  const stripped = selection.folderIds.length === 1 && selection.fileIds.length === 0;
  for (const id of new Set(selection.folderIds)) planner.addFolderById(id, stripped);
  return { entries: [...planner.entries.values()], errors: planner.errors };
}

class Planner {
  readonly entries = new Map<string, PlannedEntry>();
  readonly errors: string[] = [];
  private readonly portal: Portal;
  private readonly user: User | undefined;
  private readonly selection: Selection;

  constructor(portal: Portal, user: User | undefined, selection: Selection) {
    this.portal = portal;
    this.user = user;
    this.selection = selection;
  }

  addFileById(id: EntryId): void {
    const file = this.portal.store.file(id);
    if (file) this.addFile(file, '');
  }

  addFolderById(id: EntryId, stripped: boolean): void {
    const folder = this.portal.store.folder(id);
    if (folder) this.addFolder(folder, stripped ? '' : `${folder.title}/`);
  }

  private addFolder(folder: FolderNode, path: string): void {
    const { store, settings } = this.portal;
    if (!store.canDownload(this.user, folder)) return;
    const files = store.filesIn(folder.id);
    const folders = store.foldersIn(folder.id);
    const ownEntry = settings.generation === 'docspace' || files.length + folders.length === 0;
    if (path !== '' && ownEntry) this.entries.set(path, { path, bytes: Buffer.alloc(0), modified: folder.updated });
    for (const file of files) this.addFile(file, path);
    for (const child of folders) this.addFolder(child, `${path}${child.title}/`);
  }

  private addFile(file: FileNode, folderPath: string): void {
    if (!this.portal.store.canDownload(this.user, file)) return;
    const failure = this.portal.quirks.failingEntries[String(file.id)];
    const packed = failure ?? convertFile(this.portal, file, this.selection.conversions.get(file.id));
    if (typeof packed === 'string') {
      this.errors.push(packed);
      return;
    }
    const full = `${folderPath}${packed.title}`;
    const path = uniquePath(this.portal.settings.generation === 'workspace' ? shortenedPath(full) : full, this.entries);
    this.entries.set(path, { ...packed, path, modified: file.updated });
  }
}

function byId(ids: readonly EntryId[]): EntryId[] {
  return [...ids].sort((left, right) => (typeof left === 'number' && typeof right === 'number' ? left - right : String(left).localeCompare(String(right))));
}
