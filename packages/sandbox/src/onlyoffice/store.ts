import type { FileSpec, FolderSpec, SectionSpec } from './data.ts';
import type { EntryId, EntryNode, FileNode, FileVersion, FolderNode, Readers, SectionName, User } from './model.ts';
import { sectionOf } from './sections.ts';

const DAY_MS = 86_400_000;

/** The portal's folders and files. Tests change it while the sandbox runs: lists and archives follow at once. */
export class OnlyOfficeStore {
  readonly users: readonly User[];
  private readonly folders = new Map<EntryId, FolderNode>();
  private readonly files = new Map<EntryId, FileNode>();
  private readonly now: () => number;
  private nextFolderId = 20_001;
  private nextFileId = 50_001;

  constructor(users: readonly User[], sections: readonly SectionSpec[], now: () => number) {
    this.users = users;
    this.now = now;
    for (const section of sections) this.addSection(section);
  }

  userNamed(userName: string): User | undefined {
    return this.users.find((user) => user.userName.toLowerCase() === userName.toLowerCase());
  }

  folder(id: EntryId): FolderNode | undefined {
    return this.folders.get(id);
  }

  file(id: EntryId): FileNode | undefined {
    return this.files.get(id);
  }

  allFiles(): FileNode[] {
    return [...this.files.values()];
  }

  allFolders(): FolderNode[] {
    return [...this.folders.values()];
  }

  filesIn(folderId: EntryId): FileNode[] {
    return this.allFiles().filter((file) => file.folderId === folderId);
  }

  foldersIn(folderId: EntryId): FolderNode[] {
    return this.allFolders().filter((folder) => folder.parentId === folderId);
  }

  /** The root of a section as this user sees it. */
  section(name: SectionName, user: User): FolderNode | undefined {
    return this.allFolders().find(
      (folder) => folder.parentId === undefined && folder.section === name && (!sectionOf(name).perUser || folder.ownerId === user.id),
    );
  }

  parentOf(node: EntryNode): FolderNode | undefined {
    const id = node.kind === 'file' ? node.folderId : node.parentId;
    return id === undefined ? undefined : this.folders.get(id);
  }

  /** From the section's root down to the node itself. */
  lineage(node: EntryNode): EntryNode[] {
    const parent = this.parentOf(node);
    return parent === undefined ? [node] : [...this.lineage(parent), node];
  }

  /** Looks an entry up by titles: `@my/Verträge/Mietvertrag.docx`, seen by the first user unless another is named. */
  find(path: string, userName?: string): EntryNode {
    const [section, ...titles] = path.split('/');
    const user = userName === undefined ? this.users[0] : this.userNamed(userName);
    let node: EntryNode | undefined = user && this.section(section as SectionName, user);
    for (const title of titles) {
      const parent: EntryNode | undefined = node;
      node = parent && [...this.foldersIn(parent.id), ...this.filesIn(parent.id)].find((entry) => entry.title === title);
    }
    if (node === undefined) throw new Error(`The sandbox has no entry ${path}`);
    return node;
  }

  canRead(user: User | undefined, node: EntryNode): boolean {
    if (user === undefined) return false;
    if (node.ownerId === user.id) return true;
    const readers = this.readersOf(node);
    if (readers === 'everyone') return true;
    return readers !== 'owner' && readers.includes(user.userName);
  }

  canDownload(user: User | undefined, node: EntryNode): boolean {
    return this.canRead(user, node) && !this.lineage(node).some((entry) => entry.denyDownload === true);
  }

  addFolder(parentId: EntryId, spec: FolderSpec): FolderNode {
    const parent = this.folders.get(parentId);
    if (parent === undefined) throw new Error(`The sandbox has no folder ${parentId}`);
    return this.plant(spec, parent.section, parent);
  }

  addFile(folderId: EntryId, spec: FileSpec): FileNode {
    const folder = this.folders.get(folderId);
    if (folder === undefined) throw new Error(`The sandbox has no folder ${folderId}`);
    const id = spec.id ?? this.nextFileId++;
    const modified = spec.modified === undefined ? this.now() : Date.parse(spec.modified);
    const versions = contentsOf(spec).map((bytes, index, all): FileVersion => {
      return { version: index + 1, bytes, modified: modified - (all.length - 1 - index) * DAY_MS };
    });
    const file: FileNode = {
      kind: 'file',
      id,
      title: spec.title,
      folderId,
      ownerId: this.ownerId(spec.owner) ?? folder.ownerId,
      created: versions[0]?.modified ?? modified,
      updated: modified,
      versions,
      ...(spec.readers !== undefined && { readers: spec.readers }),
      ...(spec.denyDownload !== undefined && { denyDownload: spec.denyDownload }),
      ...(spec.favorite !== undefined && { favorite: spec.favorite }),
      ...(spec.recent !== undefined && { recent: spec.recent }),
      ...(spec.password !== undefined && { password: spec.password }),
      ...(folder.provider !== undefined && { provider: folder.provider }),
    };
    this.files.set(id, file);
    return file;
  }

  /** Adds a version with this content. */
  replaceContent(fileId: EntryId, bytes: Uint8Array): void {
    const file = this.files.get(fileId);
    if (file === undefined) throw new Error(`The sandbox has no file ${fileId}`);
    file.updated = this.now();
    file.versions.push({ version: latest(file).version + 1, bytes, modified: file.updated });
  }

  removeFile(fileId: EntryId): void {
    this.files.delete(fileId);
  }

  removeFolder(folderId: EntryId): void {
    for (const folder of this.foldersIn(folderId)) this.removeFolder(folder.id);
    for (const file of this.filesIn(folderId)) this.files.delete(file.id);
    this.folders.delete(folderId);
  }

  private addSection(spec: SectionSpec): void {
    this.plant({ ...spec, title: spec.title ?? sectionOf(spec.section).title }, spec.section, undefined);
  }

  private plant(spec: FolderSpec, section: SectionName, parent: FolderNode | undefined): FolderNode {
    const id = spec.id ?? this.nextFolderId++;
    const updated = spec.modified === undefined ? this.now() : Date.parse(spec.modified);
    const provider = spec.provider ?? parent?.provider;
    const folder: FolderNode = {
      kind: 'folder',
      id,
      title: spec.title,
      parentId: parent?.id,
      section,
      ownerId: this.ownerId(spec.owner) ?? parent?.ownerId ?? this.users[0]?.id ?? '',
      created: updated,
      updated,
      ...(spec.readers !== undefined && { readers: spec.readers }),
      ...(spec.denyDownload !== undefined && { denyDownload: spec.denyDownload }),
      ...(spec.favorite !== undefined && { favorite: spec.favorite }),
      ...(provider !== undefined && { provider }),
    };
    this.folders.set(id, folder);
    for (const child of spec.folders ?? []) this.plant(child, section, folder);
    for (const file of spec.files ?? []) this.addFile(id, file);
    return folder;
  }

  private readersOf(node: EntryNode): Readers {
    if (node.readers !== undefined) return node.readers;
    const parent = this.parentOf(node);
    if (parent !== undefined) return this.readersOf(parent);
    return node.kind === 'folder' && !sectionOf(node.section).perUser ? 'everyone' : 'owner';
  }

  private ownerId(userName: string | undefined): string | undefined {
    if (userName === undefined) return undefined;
    const user = this.userNamed(userName);
    if (user === undefined) throw new Error(`The sandbox has no user ${userName}`);
    return user.id;
  }
}

export function latest(file: FileNode): FileVersion {
  const version = file.versions.at(-1);
  if (version === undefined) throw new Error(`The sandbox's file ${file.id} has no content`);
  return version;
}

function contentsOf(spec: FileSpec): readonly Uint8Array[] {
  if (typeof spec.content === 'string') return [Buffer.from(spec.content)];
  return spec.content instanceof Uint8Array ? [spec.content] : spec.content;
}
