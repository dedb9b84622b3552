import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import { availableParallelism } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as threads from 'node:worker_threads';
import * as zlib from 'node:zlib';
import { openArchiveBytes } from './archive-bytes.ts';
import { createEntryFiles } from './entry-files.ts';
import { openEntryReader, type EntryOutcome, type EntryReader, type EntryTask } from './entry-reader.ts';
import { EntryThread, windowBytes } from './entry-thread.ts';
import { createInflating } from './inflating.ts';

/** A thread takes longer to start than it takes to read less than this. */
const entriesForThreads = 400;
const bytesForThreads = 16 * 1024 * 1024;
/** More of them wait for each other at the file system. This thread is left to those whose process it is, unless there is no other core. */
const mostThreads = 2;
/** One batch is read while the next one is on its way. */
const batchesPerThread = 2;

/** How many threads are worth it for so much work, on this machine; with none, this one does it. */
export function threadsFor(work: { readonly entries: number; readonly bytes: number }, cpus = availableParallelism()): number {
  const isWorthIt = cpus > 1 && (work.entries >= entriesForThreads || work.bytes >= bytesForThreads);
  return isWorthIt ? Math.min(mostThreads, cpus) : 0;
}

/**
 * Readers of one archive: threads, or this one where there are none.
 * - What a thread that died has not told is read here.
 */
export class EntryReaders {
  readonly #archive: string;
  readonly #threads: EntryReader[] = [];
  #here: EntryReader | undefined;
  #isClosed = false;

  constructor(archive: string, threads: number, startThread = (file: string): EntryReader => new EntryThread(file)) {
    this.#archive = archive;
    try {
      for (let count = 0; count < threads; count += 1) this.#threads.push(startThread(archive));
    } catch {
      // No more threads are to be had.
    }
  }

  /** How many calls of `read` at once, each with its own number, keep all of them busy. */
  get lanes(): number {
    return Math.max(1, batchesPerThread * this.#threads.length);
  }

  /** Rejects when the readers are closed. */
  async read(lane: number, tasks: readonly EntryTask[]): Promise<readonly EntryOutcome[]> {
    const thread = this.#threads[lane % this.#threads.length];
    if (thread !== undefined) {
      try {
        return await thread.read(tasks);
      } catch (error) {
        if (this.#isClosed) throw error;
      }
    }
    await nextTurn();
    if (this.#isClosed) throw new Error('the archive is closed');
    this.#here ??= openEntryReader({ crypto, files: createEntryFiles({ force: promisify(fs.fsync), fs }), inflating: createInflating({ threads, zlib }), zlib }, openArchiveBytes(fs, this.#archive, windowBytes));
    return this.#here.read(tasks);
  }

  /** Ends everything that is being read; resolves when nobody writes any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const readers: readonly EntryReader[] = this.#here === undefined ? this.#threads : [this.#here, ...this.#threads];
    await Promise.all(readers.map((reader) => reader.close()));
  }
}
