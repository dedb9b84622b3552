import type { FileRef } from '@filesource/core';
import type { FileRecord } from './entries.ts';

/** What a page of a listing told, and how to read it anew where that is better than to hold it. */
export interface RecordPage {
  readonly items: readonly FileRecord[];
  readonly again?: () => readonly FileRecord[];
}

interface Page {
  readonly folder: string;
  readonly count: number;
  readonly atMs: number;
  /** `undefined` once it was looked through; then there are `ids`. */
  read: (() => readonly FileRecord[]) | undefined;
  ids: readonly string[];
}

/** A file as a listing told of it, and when. */
export interface KnownRecord {
  readonly record: FileRecord;
  readonly atMs: number;
}

/** The pages of one folder, and what of them was looked through for its files. */
interface Folder {
  readonly pages: Page[];
  readonly fresh: Page[];
  readonly byId: Map<string, KnownRecord & { readonly page: Page }>;
}

/**
 * Files that listings told of, about the last `most` of them.
 * - A page is kept as it is until a file of its folder is looked for: most listings are long, and nobody opens their files.
 */
export class KnownRecords {
  readonly #most: number;
  /** The oldest first. */
  readonly #pages = new Set<Page>();
  readonly #folders = new Map<string, Folder>();
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  remember(folder: string, { items, again }: RecordPage, atMs: number): void {
    if (items.length === 0) return;
    const page: Page = { folder, count: items.length, atMs, read: again ?? (() => items), ids: [] };
    this.#pages.add(page);
    const known: Folder = this.#folders.get(folder) ?? { pages: [], fresh: [], byId: new Map() };
    this.#folders.set(folder, known);
    known.pages.push(page);
    known.fresh.push(page);
    this.#count += page.count;
    for (const oldest of this.#pages) {
      if (this.#count <= this.#most || oldest === page) break;
      this.#drop(oldest);
    }
  }

  /** As it was told last. */
  get(ref: FileRef): KnownRecord | undefined {
    return this.#indexOf(ref.folder)?.get(ref.file);
  }

  forget(ref: FileRef): void {
    this.#indexOf(ref.folder)?.delete(ref.file);
  }

  #indexOf(name: string): Folder['byId'] | undefined {
    const folder = this.#folders.get(name);
    if (folder === undefined) return undefined;
    for (const page of folder.fresh.splice(0)) {
      const { atMs } = page;
      const records = page.read?.() ?? [];
      page.read = undefined;
      page.ids = records.map(({ entry }) => entry.id);
      for (const record of records) folder.byId.set(record.entry.id, { record, atMs, page });
    }
    return folder.byId;
  }

  #drop(page: Page): void {
    this.#pages.delete(page);
    this.#count -= page.count;
    const folder = this.#folders.get(page.folder);
    if (folder === undefined) return;
    folder.pages.shift();
    if (folder.pages.length === 0) this.#folders.delete(page.folder);
    if (folder.fresh[0] === page) folder.fresh.shift();
    else for (const id of page.ids) if (folder.byId.get(id)?.page === page) folder.byId.delete(id);
  }
}
