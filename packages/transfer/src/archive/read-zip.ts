import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { FileSourceError, throwIfAborted, toFileSourceError, type Hashing, type RunningHash } from '@filesource/core';
import { PartFile, writeSmallFile } from '../local/part-file.ts';
import { endsTransfer } from '../local/target-error.ts';
import { corruptEntry, type ArchiveEntry } from './archive-entry.ts';
import { FileWindow } from './file-window.ts';
import type { LimitGuard } from './limits.ts';
import type { UnpackTarget } from './unpack-target.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';

export interface ReadArchiveOptions {
  readonly hashing: Hashing;
  readonly guard: LimitGuard;
  readonly signal?: AbortSignal;
  /** Entries are unpacked there as they are read; without it they are only read. */
  readonly unpack?: UnpackTarget;
}

/** Entries up to this are read, inflated and written with one call each; larger ones are streamed. */
const smallBytes = 1024 * 1024;
/** Other work gets its turn after this much without a pause. */
const entriesInATurn = 64;
const bytesInATurn = 8 * 1024 * 1024;

/**
 * Reads every entry of a ZIP to its end, comparing size and CRC-32.
 * - An entry that is damaged, encrypted or a link gets an `error`, and the others are read.
 * - Throws for an archive that is no ZIP, cut, or past a ceiling.
 */
export async function readZip(file: string, options: ReadArchiveOptions): Promise<ArchiveEntry[]> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const window = new FileWindow(handle.fd, size);
    const zipEntries = await readZipDirectory(window, size, options.guard);
    const reader = new EntryReader(handle, window, size, options);
    const entries: ArchiveEntry[] = [];
    let bytes = 0;
    for (const [index, entry] of zipEntries.entries()) {
      if (entry.isDirectory) await options.unpack?.makeDirectory(entry.path);
      else entries.push(await reader.read(entry));
      bytes += Math.min(entry.size, smallBytes);
      if ((index + 1) % entriesInATurn === 0 || bytes > bytesInATurn) {
        bytes = 0;
        await nextTurn();
        throwIfAborted(options.signal);
      }
    }
    return entries;
  } finally {
    await handle.close();
  }
}

class EntryReader {
  readonly #handle: FileHandle;
  readonly #window: FileWindow;
  readonly #archiveSize: number;
  readonly #options: ReadArchiveOptions;

  constructor(handle: FileHandle, window: FileWindow, archiveSize: number, options: ReadArchiveOptions) {
    this.#handle = handle;
    this.#window = window;
    this.#archiveSize = archiveSize;
    this.#options = options;
  }

  async read(entry: ZipEntry): Promise<ArchiveEntry> {
    const { path, size } = entry;
    try {
      if (entry.error !== undefined) throw entry.error;
      const dataStart = this.#dataStart(entry);
      const isSmall = size <= smallBytes && entry.packedSize <= smallBytes;
      const read = isSmall ? await this.#readSmall(entry, dataStart) : await this.#readLarge(entry, dataStart);
      return { path, size, ...read };
    } catch (thrown) {
      const error = toFileSourceError(thrown);
      if (this.#options.signal?.aborted === true || endsTransfer(error)) throw error;
      return { path, size, sha256: null, localPath: null, error };
    }
  }

  #dataStart(entry: ZipEntry): number {
    let start: number;
    try {
      const header = this.#window.bytes(entry.headerOffset, 30);
      if (header.readUInt32LE(0) !== 0x04034b50) throw new RangeError('nothing starts where it should');
      start = entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    } catch (error) {
      throw corruptEntry(entry.path, 'it is not where the directory says', error);
    }
    if (start + entry.packedSize > this.#archiveSize) throw corruptEntry(entry.path, 'it goes on past the end of the archive');
    return start;
  }

  async #readSmall(entry: ZipEntry, dataStart: number): Promise<Pick<ArchiveEntry, 'sha256' | 'localPath'>> {
    const packed = this.#window.bytes(dataStart, entry.packedSize);
    const bytes = entry.method === 0 ? packed : inflate(entry, packed);
    if (bytes.length !== entry.size) throw corruptEntry(entry.path, `it has ${bytes.length} bytes, the directory says ${entry.size}`);
    checkCrc(entry, crc32(bytes));
    const hash = this.#options.hashing.sha256();
    hash.update(bytes);
    // The window is not moved before the bytes are written: a place may have to be made, but nothing else is read meanwhile.
    const place = await this.#options.unpack?.placeFile(entry.path);
    if (place !== undefined) writeSmallFile(place, bytes);
    return { sha256: hash.hex(), localPath: place?.localPath ?? null };
  }

  async #readLarge(entry: ZipEntry, dataStart: number): Promise<Pick<ArchiveEntry, 'sha256' | 'localPath'>> {
    if (entry.packedSize === 0) throw corruptEntry(entry.path, 'it has a size but no bytes');
    const { hashing, unpack } = this.#options;
    const place = await unpack?.placeFile(entry.path);
    const sink = place === undefined ? new HashSink(hashing.sha256()) : new PartFile({ ...place, hashing });
    try {
      await this.#inflateInto(entry, dataStart, sink);
      if (sink instanceof PartFile) await sink.finish();
      return { sha256: sink.sha256, localPath: place?.localPath ?? null };
    } catch (error) {
      if (sink instanceof PartFile) await sink.discard();
      throw error;
    }
  }

  async #inflateInto(entry: ZipEntry, dataStart: number, sink: PartFile | HashSink): Promise<void> {
    const { signal } = this.#options;
    const packed = slice(this.#handle, dataStart, entry.packedSize);
    let received = 0;
    let crc = 0;
    const consume = async (source: AsyncIterable<Buffer>): Promise<void> => {
      for await (const chunk of source) {
        received += chunk.length;
        if (received > entry.size) throw corruptEntry(entry.path, `it has more bytes than the ${entry.size} that the directory says`);
        crc = crc32(chunk, crc);
        await sink.write(chunk);
      }
    };
    const withSignal = signal === undefined ? {} : { signal };
    try {
      if (entry.method === 0) await pipeline(packed, consume, withSignal);
      else await pipeline(packed, createInflateRaw({ chunkSize: smallBytes / 4 }), consume, withSignal);
    } catch (error) {
      throwIfAborted(signal);
      throw FileSourceError.is(error) ? error : corruptEntry(entry.path, 'it cannot be unpacked', error);
    }
    if (received !== entry.size) throw corruptEntry(entry.path, `it has ${received} bytes, the directory says ${entry.size}`);
    checkCrc(entry, crc);
  }
}

/** A part of a file, in pieces; a stream of Node over an open file would close it for everybody when it fails. */
async function* slice(handle: FileHandle, start: number, length: number): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < length; ) {
    const buffer = Buffer.allocUnsafe(Math.min(smallBytes, length - at));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start + at);
    if (bytesRead === 0) throw new RangeError('the archive was cut while it was being read');
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Takes bytes as a part does, and keeps only their hash. */
class HashSink {
  readonly #hash: RunningHash;

  constructor(hash: RunningHash) {
    this.#hash = hash;
  }

  get sha256(): string {
    return this.#hash.hex();
  }

  async write(chunk: Buffer): Promise<void> {
    this.#hash.update(chunk);
  }
}

function inflate(entry: ZipEntry, packed: Buffer): Buffer {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.size) });
  } catch (error) {
    throw corruptEntry(entry.path, 'it cannot be unpacked', error);
  }
}

function checkCrc(entry: ZipEntry, crc: number): void {
  if (crc !== entry.crc32) throw corruptEntry(entry.path, 'its checksum does not fit its bytes');
}
