import type { SampleDocument } from '../documents/index.ts';

export interface StoredFile {
  readonly id: number;
  readonly document: SampleDocument;
  /** Unix seconds. */
  readonly modified: number;
  /** Who put it there. */
  readonly username: string;
}

export interface FolderSeed {
  readonly id: number;
  /** The files' ids count up from here; without it they go on after the highest id so far. */
  readonly firstFileId?: number;
  readonly files: readonly SampleDocument[];
}

export interface OnOfficeData {
  readonly addresses?: readonly FolderSeed[];
  readonly appointments?: readonly FolderSeed[];
}

const FIRST_MODIFIED = 1_725_272_069;

/** The files of one kind of record (address or appointment). May change while the sandbox runs. */
export class FolderStore {
  readonly #folders = new Map<number, StoredFile[]>();
  #highestFileId: number;

  constructor(seeds: readonly FolderSeed[], firstFileId: number) {
    this.#highestFileId = firstFileId - 1;
    for (const seed of seeds) {
      this.addFolder(seed.id);
      seed.files.forEach((document, index) => this.addFile(seed.id, document, seed.firstFileId === undefined ? undefined : seed.firstFileId + index));
    }
  }

  ids(): readonly number[] {
    return [...this.#folders.keys()];
  }

  /** In the order of their coming; `undefined` when there is no such record. */
  files(folderId: number): readonly StoredFile[] | undefined {
    return this.#folders.get(folderId);
  }

  file(folderId: number, fileId: number): StoredFile | undefined {
    return this.#folders.get(folderId)?.find((file) => file.id === fileId);
  }

  addFolder(folderId: number): void {
    if (!this.#folders.has(folderId)) this.#folders.set(folderId, []);
  }

  addFile(folderId: number, document: SampleDocument, fileId = this.#highestFileId + 1): StoredFile {
    this.addFolder(folderId);
    this.#highestFileId = Math.max(this.#highestFileId, fileId);
    const file: StoredFile = { id: fileId, document, modified: FIRST_MODIFIED + fileId * 61, username: 'mustermann' };
    this.#folders.get(folderId)?.push(file);
    return file;
  }

  removeFile(folderId: number, fileId: number): boolean {
    const files = this.#folders.get(folderId) ?? [];
    const index = files.findIndex((file) => file.id === fileId);
    if (index >= 0) files.splice(index, 1);
    return index >= 0;
  }

  removeFolder(folderId: number): boolean {
    return this.#folders.delete(folderId);
  }
}

export interface OnOfficeStore {
  readonly addresses: FolderStore;
  readonly appointments: FolderStore;
}

export function createStore(data: OnOfficeData): OnOfficeStore {
  return {
    addresses: new FolderStore(data.addresses ?? [], 1757),
    appointments: new FolderStore(data.appointments ?? [], 3247),
  };
}
