import type { ErrorContext } from '../errors/error-context.ts';
import { inContext } from '../errors/error-context.ts';
import { FileSourceError } from '../errors/file-source-error.ts';
import { toFileSourceError } from '../errors/to-file-source-error.ts';
import type { SourceAdapter } from '../source-adapter.ts';
import type { FileEntry } from '../entry.ts';
import type { FileRef } from '../ref.ts';
import type { Archive, ArchiveItem, ArchiveSelection } from './archive.ts';
import { createPathSpreader, safeSegment } from './entry-paths.ts';
import { walkFiles } from './walk.ts';
import { createZipStream, type ZipEntry } from './zip-stream.ts';

interface PlannedFile {
  readonly ref: FileRef;
  readonly entry: FileEntry;
  readonly path: string;
}

/** Endings whose content is compressed already: packing them again costs time and wins nothing. */
const packedEndings = /\.(jpe?g|png|gif|webp|heic|avif|mp[34]|m4[av]|mov|avi|mkv|webm|ogg|zip|7z|rar|gz|tgz|bz2|xz|zst|docx|xlsx|pptx|odt|ods|odp|epub|pdf)$/i;

/**
 * An archive of a source whose vendor makes none: the files are listed now, and fetched while the ZIP is read.
 * - One folder and nothing else: its files stand at the root. Otherwise each folder is a directory named by its id.
 * - `source` is the source with its retries and continued bodies.
 */
export async function emulateArchive(
  source: SourceAdapter,
  selection: ArchiveSelection,
  options: { readonly context: ErrorContext; readonly signal?: AbortSignal; readonly onItemError: 'fail' | 'skip' },
): Promise<Archive> {
  const { context, signal, onItemError } = options;
  const withSignal = signal === undefined ? {} : { signal };
  const items: ArchiveItem[] = [];
  const planned: PlannedFile[] = [];
  const spread = createPathSpreader();
  const seen = new Set<string>();
  const known = new Map((selection.known ?? []).map((entry) => [JSON.stringify([entry.folder, entry.id]), entry]));
  const plan = (entry: FileEntry, segments: readonly string[]): void => {
    const key = JSON.stringify([entry.folder, entry.id]);
    if (seen.has(key)) return;
    seen.add(key);
    const path = spread([...segments, entry.name].map(safeSegment).join('/'));
    const ref = { folder: entry.folder, file: entry.id };
    planned.push({ ref, entry, path });
    items.push({ ref, name: entry.name, path, size: entry.size });
  };
  const lost = (ref: ArchiveItem['ref'], thrown: unknown): void => {
    const error = inContext(thrown, context, 'archive', ref);
    if (onItemError === 'fail' || error.kind === 'aborted') throw error;
    items.push({ ref, name: null, path: null, size: null, error });
  };
  for (const ref of selection.files) {
    try {
      const entry = known.get(JSON.stringify([ref.folder, ref.file])) ?? (await source.stat(ref, withSignal));
      if (entry.kind === 'file') plan(entry, []);
    } catch (error) {
      lost(ref, error);
    }
  }
  const isOnlyFolder = selection.folders.length === 1 && selection.files.length === 0;
  for (const folder of selection.folders) {
    try {
      for await (const { entry, segments } of walkFiles(source, folder, withSignal)) plan(entry, isOnlyFolder ? segments : [folder, ...segments]);
    } catch (error) {
      lost({ folder }, error);
    }
  }
  const name = isOnlyFolder ? `${context.source}-${safeSegment(selection.folders[0] ?? '')}.zip` : `${context.source}.zip`;

  async function* entries(streamSignal: AbortSignal | undefined): AsyncGenerator<ZipEntry, void, undefined> {
    for (const { ref, entry, path } of planned) {
      try {
        const content = await source.open(ref, streamSignal === undefined ? {} : { signal: streamSignal });
        yield { path, modified: entry.modified, size: content.size, isPacked: packedEndings.test(entry.name), body: content.body };
      } catch (thrown) {
        const error = inContext(toFileSourceError(thrown), context, 'archive', ref);
        if (onItemError === 'fail' || error.kind === 'aborted') throw error;
        const index = items.findIndex((item) => item.ref === ref);
        const item = items[index];
        if (item !== undefined) items[index] = { ...item, error };
      }
    }
  }

  return {
    name,
    items,
    warning: null,
    link: null,
    open: async (openOptions = {}) => {
      if (openOptions.range !== undefined) throw new FileSourceError('unsupported', 'an archive that is made while it is read has no ranges');
      return {
        body: createZipStream(entries(openOptions.signal ?? signal)),
        size: null,
        totalSize: null,
        offset: 0,
        mediaType: 'application/zip',
        name,
        validator: null,
        format: 'zip',
      };
    },
  };
}
