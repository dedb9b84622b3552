import type { Readable } from 'node:stream';
import type { Content } from '../content.ts';
import { inContext } from '../errors/error-context.ts';
import { FileSourceError } from '../errors/file-source-error.ts';
import { abortError, toFileSourceError } from '../errors/to-file-source-error.ts';
import { runAhead } from '../run-ahead.ts';
import type { SourceAdapter } from '../source-adapter.ts';
import { listenForAbort, stopListeningForAbort } from '../time/abort-listeners.ts';
import type { Archive, ArchiveSelection } from './archive.ts';
import { safeSegment } from './entry-paths.ts';
import { holdWhole } from './hold-whole.ts';
import { planEmulated, type EmulateOptions, type PlannedFile } from './plan-emulated.ts';
import { createZipStream, type ZipEntry } from './zip-stream.ts';

/** Endings whose content is compressed already: packing them again costs time and wins nothing. */
const packedEndings = /\.(jpe?g|png|gif|webp|heic|avif|mp[34]|m4[av]|mov|avi|mkv|webm|ogg|zip|7z|rar|gz|tgz|bz2|xz|zst|docx|xlsx|pptx|odt|ods|odp|epub|pdf)$/i;

/** Files of up to so many bytes are fetched before their turn, and so many bytes of them are held together. */
const mostAheadBytes = 2 * 1024 * 1024;
const mostHeldBytes = 8 * 1024 * 1024;
/** Files of a source without shared requests that are fetched at once; of others, as many as two requests hold. */
const fewAtOnce = 8;

/**
 * An archive of a source whose vendor makes none: the files are listed now, and fetched while the ZIP is read.
 * - One folder and nothing else: its files stand at the root. Otherwise each folder is a directory named by its id.
 * - Small files that follow are fetched, several at once, while one is read.
 * - `source` is the source with its retries and continued bodies.
 */
export async function emulateArchive(source: SourceAdapter, selection: ArchiveSelection, options: EmulateOptions): Promise<Archive> {
  const { context, signal, onItemError } = options;
  const { files, items } = await planEmulated(source, selection, options);
  const isOnlyFolder = selection.folders.length === 1 && selection.files.length === 0;
  const name = isOnlyFolder ? `${context.source}-${safeSegment(selection.folders[0] ?? '')}.zip` : `${context.source}.zip`;
  const { openBatch = 1 } = source.capabilities.limits;
  const most = openBatch > 1 ? 2 * openBatch : fewAtOnce;

  async function* entries(wanted: AbortSignal): AsyncGenerator<ZipEntry, void, undefined> {
    const run = async ({ ref, entry }: PlannedFile, inner: AbortSignal): Promise<Content> => {
      const content = await source.open(ref, { signal: inner });
      return isHeld(entry.size) ? holdWhole(content, entry.size) : content;
    };
    const weightOf = ({ entry: { size } }: PlannedFile): number => (isHeld(size) ? size : Number.POSITIVE_INFINITY);
    const discard = ({ body }: Content): void => void body.destroy();
    for await (const { item, result } of runAhead(files, { run, most, weightOf, mostWeight: mostHeldBytes, discard, signal: wanted })) {
      const { ref, entry, path } = item;
      try {
        const content = await result;
        yield { path, modified: entry.modified, size: content.size, isPacked: packedEndings.test(entry.name), body: content.body };
      } catch (thrown) {
        const error = inContext(toFileSourceError(thrown), context, 'archive', ref);
        if (onItemError === 'fail' || error.kind === 'aborted') throw error;
        const index = items.findIndex((one) => one.ref === ref);
        const lost = items[index];
        if (lost !== undefined) items[index] = { ...lost, error };
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
      const wanted = new AbortController();
      const body = createZipStream(entries(wanted.signal));
      body.once('close', () => wanted.abort(gone));
      endAt(openOptions.signal ?? signal, body, (error) => inContext(error, context, 'archive', undefined));
      return {
        body,
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

/** One for all: an error is costly to make, and nobody reads this one. */
const gone = new FileSourceError('aborted', 'nobody reads the archive any more');

function endAt(signal: AbortSignal | undefined, body: Readable, located: (error: unknown) => Error): void {
  if (signal === undefined) return;
  const onAbort = (): void => void body.destroy(located(abortError(signal)));
  if (signal.aborted) onAbort();
  else {
    listenForAbort(signal, onAbort);
    body.once('close', () => stopListeningForAbort(signal, onAbort));
  }
}

function isHeld(size: number | null): size is number {
  return size !== null && size <= mostAheadBytes;
}
