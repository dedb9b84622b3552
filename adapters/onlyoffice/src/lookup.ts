import { FileSourceError, type FileEntry, type FileRef, type FolderEntry } from '@filesource/core';
import type { OnlyOfficeClient } from './client.ts';
import { fetchContents } from './folder-contents.ts';
import { toFileEntry, toFolderEntry } from './entries.ts';
import { checkFileId, parseFolderId, type FolderId } from './ids.ts';
import { listRoot } from './listing.ts';
import { fileSchema, folderSchema, type FileDto, type FolderDto } from './schemas.ts';

export interface FoundFile {
  readonly dto: FileDto;
  readonly entry: FileEntry;
}

/** One file or folder by its id. */
export interface Lookup {
  /** Throws `not-found` for a file that stands in another folder. */
  file(ref: FileRef, signal: AbortSignal | undefined): Promise<FoundFile>;
  folder(id: string, signal: AbortSignal | undefined): Promise<FolderEntry>;
  /** The vendor's own id, title and place of a folder, also of one that is addressed as a section. */
  folderDto(folder: FolderId, signal: AbortSignal | undefined): Promise<FolderDto>;
}

/** Shared with me, favourites, recent, templates: folders that show what stands elsewhere. */
const viewTypes = new Set([6, 10, 11, 12]);

export function createLookup(client: OnlyOfficeClient): Lookup {
  const sectionIds = new Map<string, string>();

  const folderDto = async (folder: FolderId, signal: AbortSignal | undefined): Promise<FolderDto> => {
    if (folder.kind !== 'section') {
      const { value } = await client.call({ method: 'GET', path: `api/2.0/files/folder/${encodeURIComponent(folder.text)}`, schema: folderSchema }, signal);
      checkSame(value.id, folder.text);
      return value;
    }
    const { value } = await fetchContents(client, folder, 0, 1, signal);
    if (value.current === undefined || value.current === null) throw new FileSourceError('vendor-protocol', `the portal does not tell which folder ${folder.text} is`);
    sectionIds.set(folder.text, value.current.id);
    return value.current;
  };

  /** Whether a folder shows files whose own folder is `home`. */
  const shows = async (folder: FolderId, home: string, signal: AbortSignal | undefined): Promise<boolean> => {
    if (folder.text === home) return true;
    if (folder.kind === 'third-party') return false;
    if (folder.kind === 'section') {
      if (folder.nature !== 'place') return folder.nature === 'view';
      return (sectionIds.get(folder.text) ?? (await folderDto(folder, signal)).id) === home;
    }
    const { type, rootFolderType, parentId } = await folderDto(folder, signal);
    const isTop = parentId === undefined || parentId === null || parentId === '0';
    return viewTypes.has(type ?? -1) || (isTop && viewTypes.has(rootFolderType ?? -1));
  };

  return {
    folderDto,
    folder: async (id, signal) => {
      const folder = parseFolderId(id);
      if (id === '@root') {
        const { total } = await listRoot(client, signal);
        return { kind: 'folder', id, name: id, modified: null, entryCount: total ?? null };
      }
      return toFolderEntry(await folderDto(folder, signal), id);
    },
    file: async (ref, signal) => {
      const folder = parseFolderId(ref.folder);
      const id = checkFileId(ref.file);
      const { value: dto } = await client.call({ method: 'GET', path: `api/2.0/files/file/${encodeURIComponent(id)}`, schema: fileSchema }, signal);
      checkSame(dto.id, id);
      const home = dto.folderId ?? null;
      if (home !== null && !(await shows(folder, home, signal))) {
        const error = new FileSourceError('not-found', `the file ${id} is not in the folder ${ref.folder}; it is in the folder ${home}`, { advice: `Address it as ${home}/${id}.` });
        misplaced.add(error);
        throw error;
      }
      return { dto, entry: toFileEntry(dto, ref.folder, client.generation.current()) };
    },
  };
}

const misplaced = new WeakSet<object>();

/** True for the error of a file that exists, but not where it was looked for. */
export function isInOtherFolder(error: FileSourceError): boolean {
  return misplaced.has(error);
}

function checkSame(came: string, asked: string): void {
  if (came !== asked) throw new FileSourceError('vendor-protocol', `asked for ${asked}, the portal told about ${came}`);
}
