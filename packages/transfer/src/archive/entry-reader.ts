import type * as crypto from 'node:crypto';
import type * as fs from 'node:fs';
import type { pipeline } from 'node:stream/promises';
import type * as zlib from 'node:zlib';

/** One entry to be read, and where it goes; the directory of the archive says the rest. */
export interface EntryTask {
  readonly headerOffset: number;
  readonly packedSize: number;
  readonly size: number;
  readonly method: number;
  readonly crc32: number;
  /** Where it is written to, on this machine; `null` when it is only read. */
  readonly path: string | null;
}

export interface EntryFailure {
  /** What went wrong with: the entry, the place that it goes to, or the archive's file. */
  readonly of: 'entry' | 'target' | 'archive';
  readonly why: string;
  readonly code: string;
  readonly cause?: string;
}

/** The SHA-256 of an entry that is proven, and at its place. */
export type EntryOutcome = string | EntryFailure;

export interface EntryReader {
  /** Reads entries one after the other; what is wrong with one is its outcome. Rejects when the reader is closed, or is gone. */
  read(tasks: readonly EntryTask[]): Promise<readonly EntryOutcome[]>;
  /** Also in the middle of an entry; resolves when no file is open any more. */
  close(): Promise<void>;
}

export interface EntryTools {
  readonly crypto: typeof crypto;
  readonly fs: typeof fs;
  readonly pipeline: typeof pipeline;
  readonly zlib: typeof zlib;
}

/**
 * Reads, inflates, proves and writes the entries of one archive; what an entry is, and where it goes, others decided.
 * - Runs here and, as its own text, on threads: everything that it uses is in it or handed to it.
 * - Small entries take one read, one inflate and one write: a stream for each would cost ten times the work.
 * - What is written is proven, or removed again; who watches it meanwhile sees half of it.
 */
export function openEntryReader({ crypto, fs, pipeline, zlib }: EntryTools, archive: string): EntryReader {
  /** Entries up to this are read at once, and are not forced to the disk one by one. */
  const smallBytes = 1024 * 1024;
  /** Deflated entries up to this are inflated at once: a stream takes twice the time. */
  const mostInflatedBytes = 4 * 1024 * 1024;
  /** The thousands of headers and small entries of an archive mostly stand side by side. */
  const windowBytes = 128 * 1024;
  const pieceBytes = 256 * 1024;
  /** Deflated entries up to this are inflated together. */
  const littleBytes = 16 * 1024;
  const gzipHeader = Buffer.from('1f8b08000000000000ff', 'hex');
  const gzipBytes = gzipHeader.length + 8;
  const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = fs.constants;
  const fresh = O_CREAT | O_WRONLY | O_TRUNC | (O_NOFOLLOW ?? 0);
  const fd = fs.openSync(archive, 'r');
  const archiveSize = fs.fstatSync(fd).size;
  let window = Buffer.allocUnsafeSlow(windowBytes);
  let [windowStart, windowEnd] = [0, 0];
  const members = Buffer.allocUnsafeSlow(pieceBytes);
  let closing: Promise<void> | undefined;
  let work: Promise<unknown> = Promise.resolve();

  class Failed extends Error {
    readonly of: EntryFailure['of'];

    constructor(of: EntryFailure['of'], why: string, cause?: unknown) {
      super(why, { cause });
      this.of = of;
    }
  }

  function damaged(why: string, cause?: unknown): Failed {
    return new Failed('entry', why, cause);
  }

  function atTarget<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw new Failed('target', messageOf(error), error);
    }
  }

  function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
  }

  /** Good until the next call. */
  function bytesAt(position: number, length: number): Buffer {
    if (position >= windowStart && position + length <= windowEnd) return window.subarray(position - windowStart, position - windowStart + length);
    if (position + length > archiveSize) throw new RangeError('the archive ends too early');
    if (length > window.length) window = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(length)));
    const wanted = Math.min(Math.max(length, windowBytes), archiveSize - position);
    windowEnd = 0;
    for (let filled = 0; filled < wanted; ) {
      const read = fs.readSync(fd, window, filled, wanted - filled, position + filled);
      if (read === 0) throw new RangeError('the archive was cut while it was being read');
      filled += read;
    }
    [windowStart, windowEnd] = [position, position + wanted];
    return window.subarray(0, length);
  }

  function dataStart({ headerOffset, packedSize }: EntryTask): number {
    let start: number;
    try {
      const header = bytesAt(headerOffset, 30);
      if (header.readUInt32LE(0) !== 0x04034b50) throw new RangeError('nothing starts where it should');
      start = headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    } catch (error) {
      throw damaged('it is not where the directory says', error);
    }
    if (start + packedSize > archiveSize) throw damaged('it goes on past the end of the archive');
    return start;
  }

  function check(task: EntryTask, size: number, crc32: number): void {
    if (size !== task.size) throw damaged(`it has ${size} bytes, the directory says ${task.size}`);
    if (crc32 !== task.crc32) throw damaged('its checksum does not fit its bytes');
  }

  function inflate(packed: Buffer, size: number): Buffer {
    try {
      // One byte more than it should need: an output that is full to its end would be followed by another one.
      return zlib.inflateRawSync(packed, { maxOutputLength: Math.max(1, size), chunkSize: Math.max(64, size + 1) });
    } catch (error) {
      throw damaged('it cannot be unpacked', error);
    }
  }

  function writeAll(out: number, bytes: Buffer): void {
    for (let written = 0; written < bytes.length; ) written += fs.writeSync(out, bytes, written, bytes.length - written);
  }

  /**
   * Inflates entries as the members of one gzip: what Node does around each call costs more than an entry of this size.
   * - Leaves out what is not proven to be what the directory says; where anything is damaged, that may be all of them.
   */
  function inflateTogether(tasks: readonly EntryTask[]): ReadonlyMap<EntryTask, Buffer> {
    const inflated = new Map<EntryTask, Buffer>();
    if (tasks.length < 2) return inflated;
    let [end, size] = [0, 0];
    try {
      for (const task of tasks) {
        end += gzipHeader.copy(members, end);
        end += bytesAt(dataStart(task), task.packedSize).copy(members, end);
        end = members.writeUInt32LE(task.crc32, end);
        end = members.writeUInt32LE(task.size, end);
        size += task.size;
      }
      const bytes = zlib.gunzipSync(members.subarray(0, end), { maxOutputLength: Math.max(1, size), chunkSize: Math.max(64, size + 1) });
      let at = 0;
      for (const task of tasks) {
        const content = bytes.subarray(at, at + task.size);
        at += task.size;
        // Each by itself once more: a member may have been made to swallow the next one.
        if (content.length === task.size && zlib.crc32(content) === task.crc32) inflated.set(task, content);
      }
    } catch {
      // Each is inflated by itself then, and tells what is wrong with it.
    }
    return inflated;
  }

  function* groupsOf(tasks: readonly EntryTask[]): Generator<readonly EntryTask[]> {
    let group: EntryTask[] = [];
    let bytes = 0;
    for (const task of tasks) {
      const isLittle = task.method === 8 && task.size <= littleBytes && task.packedSize <= littleBytes && task.packedSize > 0;
      bytes += task.packedSize + gzipBytes;
      if (!isLittle || bytes > members.length) {
        if (group.length > 0) yield group;
        [group, bytes] = [[], task.packedSize + gzipBytes];
      }
      if (isLittle) group.push(task);
      else yield [task];
    }
    if (group.length > 0) yield group;
  }

  function readWhole(task: EntryTask, start: number): string {
    const packed = bytesAt(start, task.packedSize);
    const bytes = task.method === 0 ? packed : inflate(packed, task.size);
    check(task, bytes.length, zlib.crc32(bytes));
    return keep(task, bytes);
  }

  /** Bytes that are proven. */
  function keep({ path }: EntryTask, bytes: Buffer): string {
    if (path !== null) {
      atTarget(() => {
        const out = fs.openSync(path, fresh, 0o666);
        try {
          writeAll(out, bytes);
        } finally {
          fs.closeSync(out);
        }
      });
    }
    return crypto.hash('sha256', bytes);
  }

  function* piecesOf(start: number, length: number): Generator<Buffer> {
    for (let at = 0; at < length; at += pieceBytes) yield bytesAt(start + at, Math.min(pieceBytes, length - at));
  }

  /** As {@link piecesOf}, for a reader that keeps them for a while. */
  function* copiesOf(start: number, length: number): Generator<Buffer> {
    for (const piece of piecesOf(start, length)) yield Buffer.from(piece);
  }

  async function readPieces(task: EntryTask, start: number, take: (bytes: Buffer) => void): Promise<void> {
    if (task.packedSize === 0) throw damaged('it has a size but no bytes');
    if (task.method === 0) {
      for (const piece of piecesOf(start, task.packedSize)) {
        take(piece);
        // Others have their turn.
        await new Promise(setImmediate);
      }
      return;
    }
    if (Math.max(task.size, task.packedSize) <= mostInflatedBytes) {
      take(inflate(bytesAt(start, task.packedSize), task.size));
      return;
    }
    try {
      await pipeline(copiesOf(start, task.packedSize), zlib.createInflateRaw({ chunkSize: pieceBytes }), async (source: AsyncIterable<Buffer>) => {
        for await (const chunk of source) take(chunk);
      });
    } catch (error) {
      throw error instanceof Failed ? error : damaged('it cannot be unpacked', error);
    }
  }

  async function readLarge(task: EntryTask, start: number): Promise<string> {
    const { path, size } = task;
    const hash = crypto.createHash('sha256');
    let [received, crc32] = [0, 0];
    const out = path === null ? undefined : atTarget(() => fs.openSync(path, fresh, 0o666));
    try {
      await readPieces(task, start, (bytes) => {
        if (closing !== undefined) throw new Error('it was closed');
        received += bytes.length;
        if (received > size) throw damaged(`it has more bytes than the ${size} that the directory says`);
        crc32 = zlib.crc32(bytes, crc32);
        hash.update(bytes);
        if (out !== undefined) atTarget(() => writeAll(out, bytes));
      });
      check(task, received, crc32);
      if (out !== undefined) await synced(out);
    } finally {
      if (out !== undefined) fs.closeSync(out);
    }
    return hash.digest('hex');
  }

  function synced(out: number): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.fsync(out, (error) => {
        if (error === null) resolve();
        else reject(new Failed('target', error.message, error));
      });
    });
  }

  async function readOne(task: EntryTask, inflated: Buffer | undefined): Promise<EntryOutcome> {
    try {
      if (inflated !== undefined) return keep(task, inflated);
      const start = dataStart(task);
      return Math.max(task.size, task.packedSize) <= smallBytes ? readWhole(task, start) : await readLarge(task, start);
    } catch (error) {
      if (task.path !== null) fs.rmSync(task.path, { force: true });
      const { code = '' } = ((error instanceof Failed ? error.cause : error) ?? {}) as { readonly code?: string };
      if (!(error instanceof Failed)) return { of: 'archive', why: messageOf(error), code };
      return { of: error.of, why: error.message, code, ...(error.cause === undefined ? {} : { cause: messageOf(error.cause) }) };
    }
  }

  async function readAll(tasks: readonly EntryTask[]): Promise<EntryOutcome[]> {
    const outcomes: EntryOutcome[] = [];
    for (const group of groupsOf(tasks)) {
      if (closing !== undefined) throw new Error('it was closed');
      const inflated = inflateTogether(group);
      for (const task of group) outcomes.push(await readOne(task, inflated.get(task)));
    }
    return outcomes;
  }

  return {
    read: (tasks) => {
      const reading = work.then(() => readAll(tasks));
      work = reading.catch(() => undefined);
      return reading;
    },
    close: () => {
      closing ??= work.then(() => fs.closeSync(fd));
      return closing;
    },
  };
}
