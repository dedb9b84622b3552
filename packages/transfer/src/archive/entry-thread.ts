import { Worker } from 'node:worker_threads';
import { openArchiveBytes } from './archive-bytes.ts';
import { openEntryReader, type EntryOutcome, type EntryReader, type EntryTask } from './entry-reader.ts';
import { createInflating } from './inflating.ts';

/** Threads read from different places: what one of them reads ahead is little. */
export const windowBytes = 128 * 1024;

/** As text, so that it runs from a bundle, from sources and from packages alike. */
const program = `
const threads = require('node:worker_threads');
const { parentPort, workerData } = threads;
const zlib = require('node:zlib');
const fs = require('node:fs');
const inflating = (${createInflating.toString()})({ threads, zlib });
const archive = (${openArchiveBytes.toString()})(fs, workerData.archive, ${windowBytes});
const reader = (${openEntryReader.toString()})({ crypto: require('node:crypto'), force: fs.fsyncSync, fs, inflating, zlib }, archive);
parentPort.on('message', async (tasks) => parentPort.postMessage(await reader.read(tasks)));
`;

interface Waiting {
  resolve(outcomes: readonly EntryOutcome[]): void;
  reject(error: unknown): void;
}

/** An {@link EntryReader} on a thread of its own; everything that was asked of it rejects when the thread dies. */
export class EntryThread implements EntryReader {
  readonly #worker: Worker;
  /** Answers come in the order of the questions. */
  readonly #waiting: Waiting[] = [];
  #gone: unknown;

  /** Throws where the system gives no thread. */
  constructor(archive: string) {
    this.#worker = new Worker(program, { eval: true, execArgv: [], env: {}, workerData: { archive }, resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 } });
    this.#worker.on('message', (outcomes: readonly EntryOutcome[]) => this.#waiting.shift()?.resolve(outcomes));
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(new Error('the thread that unpacks has ended')));
  }

  read(tasks: readonly EntryTask[]): Promise<readonly EntryOutcome[]> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(tasks, []);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #end(error: unknown): void {
    this.#gone ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#gone);
  }
}
