import type { FileRef } from './ref.ts';

/** What an adapter knows of a file beside its entry. */
export interface FileRecord {
  readonly entry: { readonly id: string };
}

interface Page<Known> {
  readonly folder: string;
  readonly ids: readonly string[];
  readonly atMs: number;
  /** How to read them, until a file of the page is looked for. */
  records: Map<string, Known> | (() => readonly Known[]);
}

/** A file as a listing told of it, and when. */
export interface KnownRecord<Known> {
  readonly record: Known;
  readonly atMs: number;
}

/** The pages of one folder, and on which of them each file was told of last. */
interface Folder<Known> {
  readonly pages: Page<Known>[];
  /** Those whose files are not among `pageOf` yet. */
  readonly fresh: Page<Known>[];
  readonly pageOf: Map<string, Page<Known>>;
}

/**
 * For adapters: files that listings told of, about the last `most` of them.
 * - A page is kept as it is until one of its files is looked for: most listings are long, and nobody opens their files.
 */
export class KnownRecords<Known extends FileRecord> {
  readonly #most: number;
  /** The oldest first. */
  readonly #pages = new Set<Page<Known>>();
  readonly #folders = new Map<string, Folder<Known>>();
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** The files of a page, in its order; `read` gives them, from what is better held than they are. */
  remember(folder: string, ids: readonly string[], read: () => readonly Known[], atMs: number): void {
    if (ids.length === 0) return;
    const page: Page<Known> = { folder, ids, atMs, records: read };
    this.#pages.add(page);
    const known: Folder<Known> = this.#folders.get(folder) ?? { pages: [], fresh: [], pageOf: new Map() };
    this.#folders.set(folder, known);
    known.pages.push(page);
    known.fresh.push(page);
    this.#count += page.ids.length;
    for (const oldest of this.#pages) {
      if (this.#count <= this.#most || oldest === page) break;
      this.#drop(oldest);
    }
  }

  /** As it was told last. */
  get({ folder, file }: FileRef): KnownRecord<Known> | undefined {
    const page = this.#pagesOf(folder)?.get(file);
    if (page === undefined) return undefined;
    const record = recordsOf(page).get(file);
    return record === undefined ? undefined : { record, atMs: page.atMs };
  }

  forget({ folder, file }: FileRef): void {
    const pages = this.#pagesOf(folder);
    const page = pages?.get(file);
    if (page?.records instanceof Map) page.records.delete(file);
    pages?.delete(file);
  }

  #pagesOf(name: string): Folder<Known>['pageOf'] | undefined {
    const folder = this.#folders.get(name);
    for (const page of folder?.fresh.splice(0) ?? []) for (const id of page.ids) folder?.pageOf.set(id, page);
    return folder?.pageOf;
  }

  #drop(page: Page<Known>): void {
    this.#pages.delete(page);
    this.#count -= page.ids.length;
    const folder = this.#folders.get(page.folder);
    if (folder === undefined) return;
    folder.pages.shift();
    if (folder.pages.length === 0) this.#folders.delete(page.folder);
    if (folder.fresh[0] === page) folder.fresh.shift();
    else for (const id of page.ids) if (folder.pageOf.get(id) === page) folder.pageOf.delete(id);
  }
}

/** Of a page, read once: what it was read from is not held any more. A page that tells of a file twice is listed with what it tells first. */
function recordsOf<Known extends FileRecord>(page: Page<Known>): Map<string, Known> {
  if (page.records instanceof Map) return page.records;
  const records = new Map<string, Known>();
  for (const record of page.records()) if (!records.has(record.entry.id)) records.set(record.entry.id, record);
  page.records = records;
  return records;
}
