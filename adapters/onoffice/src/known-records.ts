import type { FileRef } from '@filesource/core';
import type { FileRecord } from './entries.ts';

interface Page {
  readonly folder: string;
  readonly records: readonly FileRecord[];
  readonly atMs: number;
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
  readonly byId: Map<string, KnownRecord>;
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

  remember(folder: string, records: readonly FileRecord[], atMs: number): void {
    if (records.length === 0) return;
    const page: Page = { folder, records, atMs };
    this.#pages.add(page);
    const known: Folder = this.#folders.get(folder) ?? { pages: [], fresh: [], byId: new Map() };
    this.#folders.set(folder, known);
    known.pages.push(page);
    known.fresh.push(page);
    this.#count += records.length;
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

  #indexOf(name: string): Map<string, KnownRecord> | undefined {
    const folder = this.#folders.get(name);
    if (folder === undefined) return undefined;
    for (const { records, atMs } of folder.fresh.splice(0)) for (const record of records) folder.byId.set(record.entry.id, { record, atMs });
    return folder.byId;
  }

  #drop(page: Page): void {
    this.#pages.delete(page);
    this.#count -= page.records.length;
    const folder = this.#folders.get(page.folder);
    if (folder === undefined) return;
    folder.pages.shift();
    if (folder.pages.length === 0) this.#folders.delete(page.folder);
    if (folder.fresh[0] === page) folder.fresh.shift();
    else for (const record of page.records) if (folder.byId.get(record.entry.id)?.record === record) folder.byId.delete(record.entry.id);
  }
}
