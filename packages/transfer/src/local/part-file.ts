import { closeSync, constants, fsync, openSync, renameSync, writeSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { BlockPool, FileSourceError, Hashing, RunningHash } from '@filesource/core';
import type { Piece, PieceWriter } from './piece-writer.ts';
import { targetError } from './target-error.ts';
import { ThreadedFile } from './threaded-file.ts';
import { WriteQueue } from './write-queue.ts';

/** Chunks are gathered to this before each write: TLS hands over 16 KiB at a time, and a write for each costs most of the speed. */
const gatherBytes = 1024 * 1024;
/** A vendor may send one byte at a time, and a piece takes a hundred times that: so many pieces of less than so many bytes are put together. */
const mostTiny = 256;
const tinyBytes = 1024;
/** Files up to this are written with one call, without a trip through the thread pool. */
const smallBytes = 256 * 1024;
/** From here on a file is written and hashed on another thread where that can be done, since this takes longer than all else; before, the thread would cost more. */
const threadedBytes = 8 * 1024 * 1024;
/** So much of a part that is carried on the thread may hash anew; for more, the download would wait too long. */
const mostBeforeBytes = 64 * 1024 * 1024;
const fresh = constants.O_CREAT | constants.O_WRONLY | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0);
const syncFd = promisify(fsync);

export interface PartFileOptions {
  /** Where the bytes are until they are proven. */
  readonly partPath: string;
  readonly finalPath: string;
  /** What messages call it. */
  readonly shownPath: string;
  readonly hashing: Hashing;
  /** Forces the bytes to the disk before the final name is given; default true. */
  readonly durable?: boolean;
  /** Bytes that the whole file is announced to have; `null` when nobody says. A file system that knows beforehand has less to do. */
  readonly size?: number | null;
  /** Goes on with a part that is there: its bytes so far, which `hash` has seen. */
  readonly resume?: { readonly bytes: number; readonly hash: RunningHash };
}

/**
 * A file that appears under its final name only when it is complete.
 * - Either `finish`, `discard` or `suspend` has to be called; `discard` may follow a failed `finish`.
 */
export class PartFile {
  readonly #options: PartFileOptions;
  readonly #hash: RunningHash;
  #allocated = 0;
  #handle: FileHandle | undefined;
  #pieces: Piece[] = [];
  #gathered = 0;
  /** So many of the last pieces are tiny, or all of them. */
  #tiny = 0;
  /** Ready to take pieces; else it is being made ready, or nothing was written yet. */
  #writer: PieceWriter | undefined;
  #preparing: Promise<PieceWriter> | undefined;
  #threaded: ThreadedFile | undefined;
  #hasTriedThread = false;
  #bytes: number;
  #sha256: string | undefined;
  #isComplete = false;
  /** A system tells once that bytes did not reach the disk; this is for all who ask later. */
  #failure: FileSourceError | undefined;

  constructor(options: PartFileOptions) {
    this.#options = options;
    this.#bytes = options.resume?.bytes ?? 0;
    this.#hash = options.resume?.hash ?? options.hashing.sha256();
  }

  /** Bytes taken so far, those of a continued part included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Lower-case hex, of all bytes taken; no more can be taken then. */
  get sha256(): string {
    this.#sha256 ??= this.#hash.hex();
    return this.#sha256;
  }

  /** Takes a chunk, which must not be changed afterwards; resolves when the next one can be taken. */
  async write(chunk: Buffer): Promise<void> {
    await this.take(chunk);
  }

  /**
   * The same; `undefined` when the next one can be taken at once.
   * - With a `home`, the chunk's memory is used for something else from now on.
   */
  take(chunk: Buffer, home?: BlockPool): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#threaded === undefined) this.#hash.update(chunk);
    this.#put({ chunk, home: chunk.byteOffset === 0 ? home : undefined });
    this.#gathered += chunk.length;
    this.#bytes += chunk.length;
    if (this.#gathered < gatherBytes) return undefined;
    if (this.#writer === undefined || this.#isForThread) return this.#flush();
    return this.#enqueue(this.#writer)?.catch((error: unknown) => this.#fail(error));
  }

  #put(piece: Piece): void {
    this.#pieces.push(piece);
    this.#tiny = piece.home === undefined && piece.chunk.length < tinyBytes ? this.#tiny + 1 : 0;
    if (this.#tiny < mostTiny) return;
    const tiny = this.#pieces.splice(-mostTiny);
    this.#pieces.push({ chunk: Buffer.concat(tiny.map(({ chunk }) => chunk)), home: undefined });
    this.#tiny = 0;
  }

  /** Writes what is gathered, forces it to the disk and closes the file; it still has its other name. */
  async complete(): Promise<void> {
    if (this.#isComplete) return;
    if (this.#failure !== undefined) throw this.#failure;
    const { durable = true, resume } = this.#options;
    try {
      if (this.#preparing === undefined && resume === undefined && this.#gathered <= smallBytes) {
        await this.#writeSmall(durable);
      } else {
        await this.#flush();
        await this.#writer?.idle();
        if (this.#bytes < this.#allocated) await this.#handle?.truncate(this.#bytes);
        if (durable) await this.#handle?.sync();
        this.#sha256 ??= await this.#threaded?.sha256();
        await this.#close();
      }
      this.#isComplete = true;
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Gives the file its final name, or another one that turned out to be the right one. */
  async finish(finalPath = this.#options.finalPath): Promise<void> {
    await this.complete();
    const { partPath, shownPath } = this.#options;
    try {
      if (this.#bytes <= smallBytes) renameSync(partPath, finalPath);
      else await rename(partPath, finalPath);
    } catch (error) {
      throw targetError(error, shownPath);
    }
  }

  /** Forces what came so far to the disk, and tells how much that is; more may be taken meanwhile. */
  async checkpoint(): Promise<number> {
    if (this.#failure !== undefined) throw this.#failure;
    const bytes = this.#bytes;
    try {
      await this.#flush();
      await this.#writer?.idle();
      await this.#handle?.sync();
      return bytes;
    } catch (error) {
      return this.#fail(error);
    }
  }

  /** Closes the file and keeps what there is of it for a later run; tells how much is safely there. */
  async suspend(): Promise<number> {
    const safe = await this.checkpoint().catch(() => 0);
    await this.#abandon();
    return safe;
  }

  /** Closes the file and removes what there is of it; never throws: what cannot be removed is swept by a later run, and why it had to go says more. */
  async discard(): Promise<void> {
    await this.#abandon();
    await rm(this.#options.partPath, { force: true }).catch(() => undefined);
  }

  async #abandon(): Promise<void> {
    this.#pieces = [];
    this.#gathered = 0;
    await this.#preparing?.catch(() => undefined);
    await this.#writer?.idle().catch(() => undefined);
    await this.#close().catch(() => undefined);
  }

  #fail(error: unknown): never {
    this.#failure ??= targetError(error, this.#options.shownPath);
    throw this.#failure;
  }

  /** Hands over what is gathered, whatever there is room for. */
  async #flush(): Promise<void> {
    try {
      const writer = await this.#prepared();
      if (this.#gathered > 0) await this.#enqueue(writer);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Whether it is large, or said to be, and no thread was asked for it yet. */
  get #isForThread(): boolean {
    const { hashing, size, resume } = this.#options;
    if (this.#hasTriedThread || hashing.isNodes !== true || (resume?.bytes ?? 0) > mostBeforeBytes) return false;
    return Math.max(size ?? 0, this.#bytes) >= threadedBytes;
  }

  /** The writer, made ready once, and once more where the file turns out to be for a thread. */
  #prepared(): Promise<PieceWriter> {
    const isForThread = this.#isForThread;
    if (this.#preparing === undefined || isForThread) {
      this.#hasTriedThread ||= isForThread;
      const before = this.#preparing;
      // What comes meanwhile waits.
      this.#writer = undefined;
      this.#preparing = this.#prepare(before, isForThread);
    }
    return this.#preparing;
  }

  async #prepare(before: Promise<PieceWriter> | undefined, isForThread: boolean): Promise<PieceWriter> {
    const earlier = await before;
    const handle = this.#handle ?? (await this.#open());
    await earlier?.idle();
    if (isForThread) this.#threaded = await ThreadedFile.begin({ fd: handle.fd, path: this.#options.partPath, before: this.#bytes - this.#gathered });
    this.#writer = this.#threaded ?? earlier ?? new WriteQueue(handle);
    return this.#writer;
  }

  async #open(): Promise<FileHandle> {
    const { partPath, resume } = this.#options;
    const handle = await open(partPath, resume === undefined ? fresh : constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0), 0o666);
    this.#handle = handle;
    if (resume !== undefined) await handle.truncate(resume.bytes);
    await this.#allocate(handle);
    return handle;
  }

  /** `undefined` when more can be taken at once. */
  #enqueue(writer: PieceWriter): Promise<void> | undefined {
    const pieces = this.#pieces;
    const position = this.#bytes - this.#gathered;
    this.#pieces = [];
    this.#gathered = 0;
    return writer.add(pieces, position);
  }

  /** What does not work here is no harm: the file then grows as it is written. */
  async #allocate(handle: FileHandle): Promise<void> {
    const { size } = this.#options;
    if (size === null || size === undefined || size <= this.#bytes) return;
    try {
      await handle.truncate(size);
      this.#allocated = size;
    } catch {
      this.#allocated = 0;
    }
  }

  async #writeSmall(durable: boolean): Promise<void> {
    const [first] = this.#pieces;
    const bytes = this.#pieces.length === 1 && first !== undefined ? first.chunk : Buffer.concat(this.#pieces.map(({ chunk }) => chunk), this.#gathered);
    this.#pieces = [];
    this.#gathered = 0;
    const fd = openSync(this.#options.partPath, fresh, 0o666);
    try {
      writeAllSync(fd, bytes);
      if (durable) await syncFd(fd);
    } finally {
      closeSync(fd);
    }
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    this.#threaded?.close();
    await handle?.close();
  }
}

function writeAllSync(fd: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written, bytes.length - written);
}
