import type { FileEntry, FolderEntry } from '../entry.ts';
import { FileSourceError } from '../errors/file-source-error.ts';
import { createListing } from '../paging.ts';
import type { SourceAdapter } from '../source-adapter.ts';

/** A file met on a walk; `path` is made of names from the walk's root, segments joined by `/`. */
export interface WalkedFile {
  readonly entry: FileEntry;
  readonly segments: readonly string[];
}

const deepest = 100;

/**
 * Every file below a folder, depth first.
 * - A folder that comes up inside itself is a `vendor-protocol` error and not an endless walk.
 */
export async function* walkFiles(
  source: Pick<SourceAdapter, 'listPage'>,
  folder: string,
  options: { readonly signal?: AbortSignal; readonly segments?: readonly string[] } = {},
  above: readonly string[] = [],
): AsyncGenerator<WalkedFile, void, undefined> {
  const segments = options.segments ?? [];
  if (above.includes(folder) || above.length > deepest) throw new FileSourceError('vendor-protocol', `the folder ${folder} contains itself or is nested too deep`);
  const subfolders: FolderEntry[] = [];
  const listing = createListing((page) => source.listPage(folder, page), options.signal === undefined ? {} : { signal: options.signal });
  for await (const entry of listing) {
    if (entry.kind === 'file') yield { entry, segments };
    else subfolders.push(entry);
  }
  for (const subfolder of subfolders) {
    yield* walkFiles(source, subfolder.id, { ...options, segments: [...segments, subfolder.name] }, [...above, folder]);
  }
}
