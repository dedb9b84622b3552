import { closeSync, constants, fsync, openSync, renameSync, writeSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { FileHash, Hashing, RunningHash } from '@filesource/core';
import { targetError } from './target-error.ts';
import { WriteQueue } from './write-queue.ts';

/** Chunks are gathered to this before each write: TLS hands over 16 KiB at a time, and a write for each costs most of the speed. */
const gatherBytes = 1024 * 1024;
/** Files up to this are written with one call, without a trip through the thread pool. */
const smallBytes = 256 * 1024;
/** From here on a file is hashed beside this thread where that can be done, since a hash takes as long as all else; before, the thread would cost more. */
const hashedBesideBytes = 8 * 1024 * 1024;
/** The other thread is told of so much at once: waking it costs more than what it has to know. */
const toldBytes = 8 * 1024 * 1024;
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
  #hashBeside: FileHash | undefined;
  #told = 0;
  #allocated = 0;
  #handle: FileHandle | undefined;
  #chunks: Buffer[] = [];
  #gathered = 0;
  #writes: WriteQueue | undefined;
  #bytes: number;
  #sha256: string | undefined;
  #isComplete = false;

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

  /** The same; `undefined` when the next one can be taken at once. */
  take(chunk: Buffer): Promise<void> | undefined {
    if (this.#hashBeside === undefined) this.#hash.update(chunk);
    this.#chunks.push(chunk);
    this.#gathered += chunk.length;
    this.#bytes += chunk.length;
    if (this.#gathered < gatherBytes) return undefined;
    if (this.#writes === undefined) return this.#flush();
    return this.#enqueue()?.catch((error: unknown) => {
      throw targetError(error, this.#options.shownPath);
    });
  }

  /** Writes what is gathered, forces it to the disk and closes the file; it still has its other name. */
  async complete(): Promise<void> {
    if (this.#isComplete) return;
    const { shownPath, durable = true, resume } = this.#options;
    try {
      if (this.#handle === undefined && resume === undefined && this.#gathered <= smallBytes) {
        await this.#writeSmall(durable);
      } else {
        await this.#flush();
        await this.#writes?.idle();
        this.#tell(this.#bytes);
        if (this.#bytes < this.#allocated) await this.#handle?.truncate(this.#bytes);
        const hex = this.#hashBeside?.hex();
        // Awaited below, when the bytes are safe.
        hex?.catch(() => undefined);
        if (durable) await this.#handle?.sync();
        if (hex !== undefined) this.#sha256 = await hex;
        await this.#close();
      }
      this.#isComplete = true;
    } catch (error) {
      throw targetError(error, shownPath);
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

  /** Forces what came so far to the disk, and tells how much that is. */
  async checkpoint(): Promise<number> {
    try {
      if (this.#gathered > 0) await this.#flush();
      await this.#writes?.idle();
      await this.#handle?.sync();
      return this.#bytes;
    } catch (error) {
      throw targetError(error, this.#options.shownPath);
    }
  }

  /** Closes the file and keeps what there is of it for a later run; tells how much is safely there. */
  async suspend(): Promise<number> {
    const safe = await this.checkpoint().catch(() => 0);
    await this.#abandon();
    return safe;
  }

  /** Closes the file and removes what there is of it. */
  async discard(): Promise<void> {
    await this.#abandon();
    await rm(this.#options.partPath, { force: true });
  }

  async #abandon(): Promise<void> {
    this.#chunks = [];
    this.#gathered = 0;
    await this.#writes?.idle().catch(() => undefined);
    this.#hashBeside?.close();
    await this.#close().catch(() => undefined);
  }

  async #flush(): Promise<void> {
    try {
      await (await this.#opened()).idle();
      await this.#enqueue();
    } catch (error) {
      throw targetError(error, this.#options.shownPath);
    }
  }

  async #opened(): Promise<WriteQueue> {
    if (this.#writes !== undefined) return this.#writes;
    const { partPath, resume } = this.#options;
    this.#handle = await open(partPath, resume === undefined ? fresh : constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0), 0o666);
    if (resume !== undefined) await this.#handle.truncate(resume.bytes);
    await this.#allocate(this.#handle);
    this.#writes = new WriteQueue(this.#handle, (end) => {
      if (end - this.#told >= toldBytes) this.#tell(end);
    });
    return this.#writes;
  }

  /** `undefined` when more can be taken at once. */
  #enqueue(): Promise<void> | undefined {
    const chunks = this.#chunks;
    const position = this.#bytes - this.#gathered;
    this.#chunks = [];
    this.#gathered = 0;
    if (this.#bytes >= hashedBesideBytes) this.#hashBeside ??= this.#options.hashing.sha256OfFile?.(this.#options.partPath);
    return this.#writes?.add(chunks, position, this.#bytes);
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

  #tell(written: number): void {
    if (written > this.#told) this.#hashBeside?.written(written);
    this.#told = written;
  }

  async #writeSmall(durable: boolean): Promise<void> {
    const bytes = this.#chunks.length === 1 && this.#chunks[0] !== undefined ? this.#chunks[0] : Buffer.concat(this.#chunks, this.#gathered);
    this.#chunks = [];
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
    await handle?.close();
  }
}

function writeAllSync(fd: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written, bytes.length - written);
}
