import { Worker } from 'node:worker_threads';
import { openEntryReader, type EntryOutcome, type EntryReader, type EntryTask } from './entry-reader.ts';

/** As text, so that it runs from a bundle, from sources and from packages alike. */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const tools = { crypto: require('node:crypto'), fs: require('node:fs'), pipeline: require('node:stream/promises').pipeline, zlib: require('node:zlib') };
const reader = (${openEntryReader.toString()})(tools, workerData.archive);
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
