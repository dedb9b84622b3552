import type { FileRef } from '@filesource/core';
import type { FileRecord } from './entries.ts';

interface Page {
  readonly folder: string;
  readonly records: readonly FileRecord[];
  readonly atMs: number;
  /** By id; made when a file is looked for. */
  byId?: Map<string, FileRecord>;
}

/** A file as a listing told of it, and when. */
export interface KnownRecord {
  readonly record: FileRecord;
  readonly atMs: number;
}

/**
 * Files that listings told of, about the last `most` of them.
 * - A page is kept as it is: most listings are long, and nobody opens their files.
 */
export class KnownRecords {
  readonly #most: number;
  /** The oldest first. */
  readonly #pages = new Set<Page>();
  readonly #byFolder = new Map<string, Page[]>();
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  remember(folder: string, records: readonly FileRecord[], atMs: number): void {
    if (records.length === 0) return;
    const page = { folder, records, atMs };
    this.#pages.add(page);
    const pages = this.#byFolder.get(folder);
    if (pages === undefined) this.#byFolder.set(folder, [page]);
    else pages.push(page);
    this.#count += records.length;
    for (const oldest of this.#pages) {
      if (this.#count <= this.#most || oldest === page) break;
      this.#drop(oldest);
    }
  }

  /** As it was told last. */
  get(ref: FileRef): KnownRecord | undefined {
    const page = this.#byFolder.get(ref.folder)?.findLast((one) => indexOf(one).has(ref.file));
    const record = page === undefined ? undefined : indexOf(page).get(ref.file);
    return page === undefined || record === undefined ? undefined : { record, atMs: page.atMs };
  }

  forget(ref: FileRef): void {
    for (const page of this.#byFolder.get(ref.folder) ?? []) indexOf(page).delete(ref.file);
  }

  #drop(page: Page): void {
    this.#pages.delete(page);
    this.#count -= page.records.length;
    const pages = this.#byFolder.get(page.folder);
    pages?.shift();
    if (pages?.length === 0) this.#byFolder.delete(page.folder);
  }
}

function indexOf(page: Page): Map<string, FileRecord> {
  page.byId ??= new Map(page.records.map((record) => [record.entry.id, record]));
  return page.byId;
}
