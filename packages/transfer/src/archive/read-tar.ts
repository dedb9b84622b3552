import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { FileSourceError, lookOf, throwIfAborted } from '@filesource/core';
import { extract, type Extract } from 'tar-stream';
import { PartFile } from '../local/part-file.ts';
import { codeOf, endsTransfer } from '../local/target-error.ts';
import { refusedEntry, type ArchiveEntry } from './archive-entry.ts';
import type { ReadArchiveOptions } from './read-zip.ts';

/**
 * Reads every entry of a tar.gz to its end.
 * - An entry that is a link or a device gets an `error`, and the others are read.
 * - Throws `truncated` for one that is cut, `corrupt` for what is none, `too-large` past a ceiling.
 */
export async function readTarGz(file: string, options: ReadArchiveOptions): Promise<ArchiveEntry[]> {
  const entries: ArchiveEntry[] = [];
  const unpacking = extract();
  const { signal } = options;
  const readAll = async (): Promise<void> => {
    for await (const entry of unpacking) {
      options.guard.addEntry();
      const read = await readEntry(entry, options);
      if (read !== undefined) entries.push(read);
    }
  };
  const reading = readAll().catch((error: unknown) => {
    unpacking.destroy(error instanceof Error ? error : undefined);
    throw error;
  });
  const writing = pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), createGunzip({ chunkSize: 256 * 1024 }), unpacking, signal === undefined ? {} : { signal });
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

type TarEntry = Extract extends AsyncIterable<infer Entry> ? Entry : never;

async function readEntry(entry: TarEntry, options: ReadArchiveOptions): Promise<ArchiveEntry | undefined> {
  const { name: path, type, size: declared } = entry.header;
  if (type === 'directory' || path.endsWith('/')) {
    entry.resume();
    await options.unpack?.makeDirectory(path);
    return undefined;
  }
  if (type !== 'file' && type !== 'contiguous-file') {
    entry.resume();
    return { path, size: declared, sha256: null, localPath: null, error: refusedEntry(path, type === 'symlink' || type === 'link' ? 'a link, which is refused' : 'not a file') };
  }
  const { guard, hashing, unpack } = options;
  const place = await unpack?.placeFile(path);
  const part = place === undefined ? undefined : new PartFile({ ...place, hashing });
  const hash = hashing.sha256();
  let size = 0;
  let failure: FileSourceError | undefined;
  try {
    for await (const chunk of entry as AsyncIterable<Buffer>) {
      size += chunk.length;
      guard.addBytes(chunk.length);
      if (failure !== undefined) continue;
      try {
        if (part === undefined) hash.update(chunk);
        else await part.write(chunk);
      } catch (error) {
        if (!FileSourceError.is(error) || endsTransfer(error)) throw error;
        failure = error;
      }
    }
    if (failure === undefined) await part?.finish();
  } catch (error) {
    await part?.discard();
    if (!FileSourceError.is(error, 'target-failed') || endsTransfer(error)) throw error;
    failure = error;
  }
  if (failure !== undefined) {
    await part?.discard();
    return { path, size, sha256: null, localPath: null, error: failure };
  }
  return { path, size, sha256: part?.sha256 ?? hash.hex(), localPath: place?.localPath ?? null };
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
