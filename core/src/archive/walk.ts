import type { Entry, FileEntry, FolderEntry } from '../entry.ts';
import { FileSourceError } from '../errors/file-source-error.ts';
import { PagesHeld } from '../pages-ahead.ts';
import { createListing, type Page } from '../paging.ts';
import type { SourceAdapter } from '../source-adapter.ts';

/** A file met on a walk; `path` is made of names from the walk's root, segments joined by `/`. */
export interface WalkedFile {
  readonly entry: FileEntry;
  readonly segments: readonly string[];
}

/** The files of one page met on a walk, which may be none. */
export interface WalkedPage {
  readonly files: readonly FileEntry[];
  readonly segments: readonly string[];
}

export interface WalkOptions {
  readonly signal?: AbortSignal;
  /** Shared by walks that run together. */
  readonly held?: PagesHeld;
  readonly segments?: readonly string[];
}

type Lister = Pick<SourceAdapter, 'listPage'>;

const deepest = 100;

/**
 * Every file below a folder, depth first.
 * - A folder that comes up inside itself is a `vendor-protocol` error and not an endless walk.
 */
export async function* walkFiles(source: Lister, folder: string, options: WalkOptions = {}): AsyncGenerator<WalkedFile, void, undefined> {
  for await (const { files, segments } of walkPages(source, folder, options)) for (const entry of files) yield { entry, segments };
}

/**
 * The same walk by pages: for whoever takes thousands of files, a promise for each costs more than the file.
 * - While a page is looked at, the next one of its folder is on its way; ending the walk early gives it up.
 */
export async function* walkPages(source: Lister, folder: string, { signal, segments = [], held = new PagesHeld() }: WalkOptions = {}): AsyncGenerator<WalkedPage, void, undefined> {
  const over = new AbortController();
  const either = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
  try {
    yield* pagesBelow({ folder, segments, above: [] }, { source, signal: either, held });
  } finally {
    over.abort(gone);
  }
}

/** One for all: an error is costly to make, and nobody reads this one. */
const gone = new FileSourceError('aborted', 'the walk is over');

interface Place {
  readonly folder: string;
  readonly segments: readonly string[];
  readonly above: readonly string[];
}

interface Walk {
  readonly source: Lister;
  readonly signal: AbortSignal;
  readonly held: PagesHeld;
}

async function* pagesBelow({ folder, segments, above }: Place, walk: Walk): AsyncGenerator<WalkedPage, void, undefined> {
  if (above.includes(folder) || above.length > deepest) throw new FileSourceError('vendor-protocol', `the folder ${folder} contains itself or is nested too deep`);
  const subfolders: FolderEntry[] = [];
  const { source, signal, held } = walk;
  const pages = createListing((page) => source.listPage(folder, page), { readAhead: true, signal }, undefined, held).byPage()[Symbol.asyncIterator]();
  for (let coming = pages.next(); ; ) {
    const { done, value: page } = (await coming) as IteratorResult<Page<Entry>, void>;
    if (done === true) break;
    coming = pages.next();
    // Told to whoever waits for it.
    coming.catch(() => undefined);
    const files: FileEntry[] = [];
    for (const entry of page.items) {
      if (entry.kind === 'file') files.push(entry);
      else subfolders.push(entry);
    }
    yield { files, segments };
  }
  for (const subfolder of subfolders) yield* pagesBelow({ folder: subfolder.id, segments: [...segments, subfolder.name], above: [...above, folder] }, walk);
}
