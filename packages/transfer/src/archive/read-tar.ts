import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { FileSourceError, lookOf, throwIfAborted } from '@filesource/core';
import { extract, type Extract } from 'tar-stream';
import { PartFile } from '../local/part-file.ts';
import { codeOf, endsTransfer } from '../local/target-error.ts';
import { refusedEntry, type ArchiveEntry } from './archive-entry.ts';
import type { LimitGuard } from './limits.ts';
import type { ReadArchiveOptions } from './read-zip.ts';
import type { UnpackPlace } from './unpack-target.ts';

/**
 * Reads every entry of a tar.gz to its end.
 * - An entry that is a link or a device gets an `error`, and the others are read.
 * - Throws `truncated` for one that is cut, `corrupt` for what is none, `too-large` past a ceiling.
 */
export async function readTarGz(file: string, options: ReadArchiveOptions): Promise<ArchiveEntry[]> {
  const entries: ArchiveEntry[] = [];
  const unpacking = extract();
  const { guard, signal } = options;
  const readAll = async (): Promise<void> => {
    for await (const entry of unpacking) {
      guard.addEntry();
      guard.addName(entry.header.name);
      const read = await readEntry(entry, options);
      if (read !== undefined) entries.push(read);
    }
  };
  const reading = readAll().catch((error: unknown) => {
    unpacking.destroy(error instanceof Error ? error : undefined);
    throw error;
  });
  const writing = pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), createGunzip({ chunkSize: 256 * 1024 }), counted(guard), unpacking, signal === undefined ? {} : { signal });
  const [read, written] = await Promise.allSettled([reading, writing]);
  throwIfAborted(signal);
  // What the reader says is nearer to the cause, unless it only heard of the writer's end.
  for (const outcome of [read, written]) {
    if (outcome.status === 'rejected' && FileSourceError.is(outcome.reason)) throw outcome.reason;
  }
  for (const outcome of [written, read]) {
    if (outcome.status === 'rejected') throw await brokenTar(outcome.reason, file);
  }
  return entries;
}

function counted(guard: LimitGuard): (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer, void, undefined> {
  return async function* count(chunks) {
    for await (const chunk of chunks) {
      guard.addUnpacked(chunk.length);
      yield chunk;
    }
  };
}

type TarEntry = Extract extends AsyncIterable<infer Entry> ? Entry : never;

async function readEntry(entry: TarEntry, options: ReadArchiveOptions): Promise<ArchiveEntry | undefined> {
  const { name: path, type, size: declared } = entry.header;
  const { guard, hashing, unpack } = options;
  if (type === 'directory' || path.endsWith('/')) {
    // A directory may say that it has a size, and has none.
    if (type !== 'directory') guard.addBytes(declared);
    entry.resume();
    unpack?.makeDirectory(path);
    return undefined;
  }
  if (type !== 'file' && type !== 'contiguous-file') {
    guard.addBytes(declared);
    entry.resume();
    return { path, size: declared, sha256: null, localPath: null, error: refusedEntry(path, type === 'symlink' || type === 'link' ? 'a link, which is refused' : 'not a file') };
  }
  const hash = hashing.sha256();
  let place: UnpackPlace | undefined;
  let part: PartFile | undefined;
  let size = 0;
  const take = async (chunk: Buffer): Promise<void> => {
    if (part === undefined) hash.update(chunk);
    else await part.write(chunk);
  };
  let failure = await failureOf(async () => {
    place = unpack?.placeFile(path);
    if (place !== undefined) part = new PartFile({ partPath: place.fullPath, finalPath: place.fullPath, shownPath: place.localPath, hashing });
  });
  try {
    for await (const chunk of entry as AsyncIterable<Buffer>) {
      size += chunk.length;
      guard.addBytes(chunk.length);
      failure ??= await failureOf(() => take(chunk));
    }
    failure ??= await failureOf(async () => part?.complete());
  } catch (error) {
    await part?.discard();
    throw error;
  }
  if (failure !== undefined) {
    await part?.discard();
    return { path, size, sha256: null, localPath: null, error: failure };
  }
  return { path, size, sha256: part?.sha256 ?? hash.hex(), localPath: place?.localPath ?? null };
}

/** What is wrong with one entry alone; throws what ends all. */
async function failureOf(act: () => Promise<void>): Promise<FileSourceError | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (!FileSourceError.is(error, 'target-failed') || endsTransfer(error)) throw error;
    return error;
  }
}

async function brokenTar(cause: unknown, file: string): Promise<FileSourceError> {
  const message = cause instanceof Error ? cause.message : '';
  if (codeOf(cause) === 'Z_BUF_ERROR' || /unexpected end/i.test(message)) {
    return new FileSourceError('truncated', 'the archive is cut', { status: 'persistent', advice: 'Fetch it again.', cause });
  }
  const { size } = await stat(file);
  const start: Buffer[] = [];
  if (size > 0) for await (const chunk of createReadStream(file, { end: Math.min(size, 512) - 1 }) as AsyncIterable<Buffer>) start.push(chunk);
  const bytes = Buffer.concat(start);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return new FileSourceError('corrupt', isGzip ? `the archive is damaged: ${message}` : `expected a tar.gz, got ${lookOf(bytes.toString('latin1'))}`, { advice: 'Fetch it again.', cause });
}
