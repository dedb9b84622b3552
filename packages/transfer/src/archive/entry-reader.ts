import type * as crypto from 'node:crypto';
import type * as zlib from 'node:zlib';
import type { ArchiveBytes } from './archive-bytes.ts';
import type { EntryFiles } from './entry-files.ts';
import type { Inflating } from './inflating.ts';

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
  readonly files: EntryFiles;
  readonly inflating: Inflating;
  readonly zlib: Pick<typeof zlib, 'crc32'>;
}

/**
 * Reads, inflates, proves and writes the entries of one archive; what an entry is, and where it goes, others decided.
 * - Runs here and, as its own text, on threads: everything that it uses is in it or handed to it.
 * - Small entries take one read, one inflate and one write: a stream for each would cost ten times the work.
 * - What is written is proven, or removed again; who watches it meanwhile sees half of it.
 */
export function openEntryReader({ crypto, files, inflating, zlib }: EntryTools, archive: ArchiveBytes): EntryReader {
  /** Entries up to this are read at once, and forced to the disk together. */
  const smallBytes = 1024 * 1024;
  /** Deflated entries up to this are inflated at once: a stream takes twice the time. */
  const mostInflatedBytes = 4 * 1024 * 1024;
  const pieceBytes = 256 * 1024;
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

  function dataStart({ headerOffset, packedSize }: EntryTask): number {
    let start: number;
    try {
      const header = archive.at(headerOffset, 30);
      if (header.readUInt32LE(0) !== 0x04034b50) throw new RangeError('nothing starts where it should');
      start = headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    } catch (error) {
      throw damaged('it is not where the directory says', error);
    }
    if (start + packedSize > archive.size) throw damaged('it goes on past the end of the archive');
    return start;
  }

  function check(task: EntryTask, size: number, crc32: number): void {
    if (size !== task.size) throw damaged(`it has ${size} bytes, the directory says ${task.size}`);
    if (crc32 !== task.crc32) throw damaged('its checksum does not fit its bytes');
  }

  function inflate(packed: Buffer, size: number): Buffer {
    try {
      return inflating.whole(packed, size);
    } catch (error) {
      throw damaged('it cannot be unpacked', error);
    }
  }

  /** What is not proven to be what the directory says is left out; where anything is damaged, that may be all of them. */
  function inflateTogether(tasks: readonly EntryTask[]): { readonly all: Buffer; readonly of: ReadonlyMap<EntryTask, Buffer> } | undefined {
    if (tasks.length < 2) return undefined;
    const inflated = new Map<EntryTask, Buffer>();
    try {
      const all = inflating.together(tasks, (task) => archive.at(dataStart(task), task.packedSize));
      let at = 0;
      for (const task of tasks) {
        const bytes = all.subarray(at, at + task.size);
        at += task.size;
        if (bytes.length === task.size && zlib.crc32(bytes) === task.crc32) inflated.set(task, bytes);
      }
      return { all, of: inflated };
    } catch {
      // Each is inflated by itself then, and tells what is wrong with it.
      return undefined;
    }
  }

  function* groupsOf(tasks: readonly EntryTask[]): Generator<readonly EntryTask[]> {
    const { littleBytes, mostTogether } = inflating;
    let group: EntryTask[] = [];
    for (const task of tasks) {
      const isLittle = task.method === 8 && task.size <= littleBytes && task.packedSize <= littleBytes && task.packedSize > 0;
      if (group.length > 0 && (!isLittle || group.length === mostTogether)) {
        yield group;
        group = [];
      }
      if (isLittle) group.push(task);
      else yield [task];
    }
    if (group.length > 0) yield group;
  }

  function readWhole(task: EntryTask, start: number): string {
    const packed = archive.at(start, task.packedSize);
    const bytes = task.method === 0 ? packed : inflate(packed, task.size);
    check(task, bytes.length, zlib.crc32(bytes));
    const sha256 = keep(task, bytes);
    if (bytes !== packed) inflating.release(bytes);
    return sha256;
  }

  /** Bytes that are proven. */
  function keep({ path }: EntryTask, bytes: Buffer): string {
    if (path !== null) atTarget(() => files.keep(path, bytes));
    return crypto.hash('sha256', bytes);
  }

  function* piecesOf(start: number, length: number): Generator<Buffer, void> {
    for (let at = 0; at < length; at += pieceBytes) yield archive.at(start + at, Math.min(pieceBytes, length - at));
  }

  async function readPieces(task: EntryTask, start: number, take: (bytes: Buffer) => void): Promise<void> {
    if (task.packedSize === 0) throw damaged('it has a size but no bytes');
    if (task.method === 0) {
      for (const piece of piecesOf(start, task.packedSize)) {
        take(piece);
        // Others have their turn.
        await new Promise(setImmediate);
      }
    } else if (Math.max(task.size, task.packedSize) <= mostInflatedBytes) {
      const bytes = inflate(archive.at(start, task.packedSize), task.size);
      take(bytes);
      inflating.release(bytes);
    } else {
      try {
        await inflating.pieces(piecesOf(start, task.packedSize), take);
      } catch (error) {
        throw error instanceof Failed ? error : damaged('it cannot be unpacked', error);
      }
    }
  }

  async function forced(out: number): Promise<void> {
    try {
      await files.force(out);
    } catch (error) {
      throw new Failed('target', messageOf(error), error);
    }
  }

  async function readLarge(task: EntryTask, start: number): Promise<string> {
    const { path, size } = task;
    const hash = crypto.createHash('sha256');
    let [received, crc32] = [0, 0];
    const out = path === null ? undefined : atTarget(() => files.open(path));
    try {
      await readPieces(task, start, (bytes) => {
        if (closing !== undefined) throw damaged('it was closed');
        received += bytes.length;
        if (received > size) throw damaged(`it has more bytes than the ${size} that the directory says`);
        crc32 = zlib.crc32(bytes, crc32);
        hash.update(bytes);
        if (out !== undefined) atTarget(() => files.write(out, bytes));
      });
      check(task, received, crc32);
      if (out !== undefined) await forced(out);
    } finally {
      if (out !== undefined) files.close(out);
    }
    return hash.digest('hex');
  }

  async function readOne(task: EntryTask, inflated: Buffer | undefined): Promise<EntryOutcome> {
    try {
      if (inflated !== undefined) return keep(task, inflated);
      const start = dataStart(task);
      return Math.max(task.size, task.packedSize) <= smallBytes ? readWhole(task, start) : await readLarge(task, start);
    } catch (error) {
      return failed(task, error);
    }
  }

  /** Nothing is left of it. */
  function failed({ path }: EntryTask, error: unknown): EntryFailure {
    if (path !== null) files.remove(path);
    const { code = '' } = ((error instanceof Failed ? error.cause : error) ?? {}) as { readonly code?: string };
    if (!(error instanceof Failed)) return { of: 'archive', why: messageOf(error), code };
    return { of: error.of, why: error.message, code, ...(error.cause === undefined ? {} : { cause: messageOf(error.cause) }) };
  }

  async function readAll(tasks: readonly EntryTask[]): Promise<EntryOutcome[]> {
    const outcomes: EntryOutcome[] = [];
    try {
      for (const group of groupsOf(tasks)) {
        if (closing !== undefined) throw new Error('it was closed');
        const inflated = inflateTogether(group);
        for (const task of group) outcomes.push(await readOne(task, inflated?.of.get(task)));
        if (inflated !== undefined) inflating.release(inflated.all);
      }
      const refused = await files.forceKept();
      for (const [index, task] of tasks.entries()) {
        // What could not be written has told why already.
        if (task.path === null || !refused.has(task.path) || typeof outcomes[index] !== 'string') continue;
        const error = refused.get(task.path);
        outcomes[index] = failed(task, new Failed('target', messageOf(error), error));
      }
      return outcomes;
    } finally {
      files.closeKept();
    }
  }

  return {
    read: (tasks) => {
      const reading = work.then(() => readAll(tasks));
      work = reading.catch(() => undefined);
      return reading;
    },
    close: () => {
      closing ??= work.then(() => archive.close());
      return closing;
    },
  };
}
