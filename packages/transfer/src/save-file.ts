import { dirname } from 'node:path';
import { formatRef, isFileRef, resolveRef, FileSourceError, throwIfAborted, toFileSourceError, type ByteRange, type Clock, type Content, type FileRef, type FileSource, type Hashing } from '@filesource/core';
import { Answers } from './answers.ts';
import type { ArchiveLimits } from './archive/limits.ts';
import { openRemoteZip } from './archive/remote-zip.ts';
import { eitherOf } from './local/either-of.ts';
import { prepareFileTarget, type FileTarget } from './local/file-target.ts';
import { PartFile } from './local/part-file.ts';
import { syncDirectory } from './local/sync-directory.ts';
import { receiveInRanges } from './ranges/receive-in-ranges.ts';
import { placesBesideBodies } from './ranges/spare-places.ts';
import { mayComeWhole } from './ranges/whole-again.ts';
import { checkSize, receive, type ReceiveOptions } from './receive.ts';
import type { ReceiptFile } from './receipt.ts';

export interface SaveFileOptions {
  readonly source: FileSource;
  readonly ref: string;
  readonly file: string;
  /** Only this entry of the file, which is a ZIP. */
  readonly entry?: string;
  /** Ceilings for the ZIP that the entry is of. */
  readonly limits?: Partial<ArchiveLimits>;
  readonly signal?: AbortSignal;
  readonly hashing: Hashing;
  /** With it, the rest of a large file that one connection brings slowly comes in several ranges at once. Default: none; then it comes by one. */
  readonly clock?: Clock;
  /**
   * Called after each chunk with the bytes so far. What it throws ends the transfer, and so does a rejection of a promise that it gives back.
   * - They start anew where a file that fails among ranges is fetched once more.
   * - Such a promise is not waited for before the next chunk, but before the file appears.
   */
  readonly onProgress?: (bytes: number, totalBytes: number | null) => unknown;
}

/**
 * One file under a name of the caller's choice; `path` of the row is that name.
 * - The name appears only when the file is complete; throws otherwise, and leaves what was there as it was.
 */
export async function saveFile(options: SaveFileOptions): Promise<ReceiptFile> {
  const ref = resolveRef(options.source.name, options.ref);
  if (!isFileRef(ref)) throw new FileSourceError('invalid-argument', 'a file is needed, and this is a folder', { ref: formatRef(options.source.name, ref), advice: 'Write source:folder/file.' });
  const target = await prepareFileTarget(options.file);
  const over = new AbortController();
  let refusal: { readonly error: unknown } | undefined;
  const answers = new Answers((error) => {
    refusal ??= { error };
    over.abort(error);
  });
  try {
    return await save(ref, target, answers, { ...options, signal: eitherOf(over.signal, options.signal) });
  } catch (error) {
    throw refusal === undefined ? error : refusal.error;
  }
}

async function save(ref: FileRef, target: FileTarget, answers: Answers, options: SaveFileOptions & { readonly signal: AbortSignal }): Promise<ReceiptFile> {
  const { source, file, signal, hashing, onProgress } = options;
  const { content, receiveInto, hadRanges } = await open(ref, options);
  const part = new PartFile({ ...target, hashing, size: content.size });
  let bytes = 0;
  try {
    const listed = content.size === null && options.entry === undefined ? await source.stat(ref, { signal }) : null;
    const sizes = { announced: content.size, listed: listed?.kind === 'file' ? listed.size : null };
    const onBytes = (more: number): void => {
      bytes += more;
      answers.add(onProgress?.(bytes, content.size));
    };
    await receiveInto(part, { signal, listed: sizes.listed, onBytes });
    checkSize(part.bytes, sizes);
    await answers.settled(signal);
    throwIfAborted(signal);
    await part.finish();
    await syncDirectory(dirname(target.finalPath));
    return { ref: formatRef(source.name, ref), name: content.name ?? listed?.name ?? null, path: file, size: part.bytes, sha256: part.sha256, status: 'ok' };
  } catch (error) {
    content.body.on('error', () => undefined).destroy();
    await part.discard();
    if (!hadRanges() || signal.aborted || !mayComeWhole(toFileSourceError(error))) throw error;
    const { clock: _byOneConnection, ...again } = options;
    return save(ref, target, answers, again);
  }
}

interface Opened {
  readonly content: Pick<Content, 'body' | 'size' | 'name'>;
  /** Whether ranges were taken, which seemed to be faster. */
  readonly hadRanges: () => boolean;
  readonly receiveInto: (part: PartFile, receiving: ReceiveOptions) => Promise<void>;
}

async function open(ref: FileRef, options: SaveFileOptions & { readonly signal: AbortSignal }): Promise<Opened> {
  const { source, entry, clock, signal } = options;
  if (entry !== undefined) return openEntry(ref, entry, options);
  const content = await source.open(ref, { signal });
  if (clock === undefined) return receivedAlone(content);
  let hadRanges = false;
  const openRange = (range: ByteRange, until: AbortSignal): Promise<Content> => {
    hadRanges = true;
    return source.open(ref, { range, signal: until });
  };
  return { content, hadRanges: () => hadRanges, receiveInto: (part, receiving) => receiveInRanges(content, part, receiving, { source, clock, places: placesBesideBodies(source), open: openRange }) };
}

async function openEntry(ref: FileRef, path: string, { source, limits, signal }: SaveFileOptions & { readonly signal: AbortSignal }): Promise<Opened> {
  const zip = await openRemoteZip({ source, ref, signal, ...(limits === undefined ? {} : { limits }) });
  return receivedAlone({ ...(await zip.open(path)), name: path.slice(path.lastIndexOf('/') + 1) });
}

function receivedAlone(content: Opened['content']): Opened {
  return { content, hadRanges: () => false, receiveInto: (part, receiving) => receive(content.body, part, receiving) };
}
