import { Worker } from 'node:worker_threads';
import { threadProgram } from '../local/thread-program.ts';
import { openArchiveBytes } from './archive-bytes.ts';
import { createEntryFiles } from './entry-files.ts';
import { openEntryReader, type EntryOutcome, type EntryReader, type EntryTask } from './entry-reader.ts';
import { createInflating } from './inflating.ts';

/** Threads read from different places: what one of them reads ahead is little. */
export const windowBytes = 128 * 1024;

const program = threadProgram(`
const threads = require('node:worker_threads');
const { parentPort, workerData } = threads;
const zlib = require('node:zlib');
const fs = require('node:fs');
const inflating = (${createInflating.toString()})({ threads, zlib });
const archive = (${openArchiveBytes.toString()})(fs, workerData.archive, ${windowBytes});
const files = (${createEntryFiles.toString()})({ force: fs.fsyncSync, fs });
const reader = (${openEntryReader.toString()})({ crypto: require('node:crypto'), files, inflating, zlib }, archive);
const unpacked = ${unpackTasks.toString()};
const packed = ${packOutcomes.toString()};
parentPort.on('message', async (tasks) => parentPort.postMessage(packed(await reader.read(unpacked(tasks)))));
`);

/** One text and one list of numbers: objects would take longer to hand over than a little entry to read. */
interface PackedTasks {
  readonly numbers: Float64Array;
  /** One after the other, an end after each; an empty one for an entry that is only read. */
  readonly paths: string;
}

function packTasks(tasks: readonly EntryTask[]): PackedTasks {
  const numbers = new Float64Array(tasks.length * 5);
  let [at, paths] = [0, ''];
  for (const { headerOffset, packedSize, size, method, crc32, path } of tasks) {
    numbers[at] = headerOffset;
    numbers[at + 1] = packedSize;
    numbers[at + 2] = size;
    numbers[at + 3] = method;
    numbers[at + 4] = crc32;
    paths += `${path ?? ''}\0`;
    at += 5;
  }
  return { numbers, paths };
}

/** Runs as its own text. */
function unpackTasks({ numbers, paths }: PackedTasks): EntryTask[] {
  const tasks: EntryTask[] = [];
  const at = (index: number): number => numbers[index] ?? 0;
  for (const path of paths.split('\0').slice(0, -1)) {
    const start = tasks.length * 5;
    tasks.push({ headerOffset: at(start), packedSize: at(start + 1), size: at(start + 2), method: at(start + 3), crc32: at(start + 4), path: path === '' ? null : path });
  }
  return tasks;
}

/** Runs as its own text: mostly all are digests, which then are one text. */
function packOutcomes(outcomes: readonly EntryOutcome[]): string | readonly EntryOutcome[] {
  return outcomes.every((outcome) => typeof outcome === 'string') ? outcomes.join(' ') : outcomes;
}

function unpackOutcomes(packed: string | readonly EntryOutcome[]): readonly EntryOutcome[] {
  if (typeof packed !== 'string') return packed;
  return packed === '' ? [] : packed.split(' ');
}

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
    this.#worker.on('message', (outcomes: string | readonly EntryOutcome[]) => this.#waiting.shift()?.resolve(unpackOutcomes(outcomes)));
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(new Error('the thread that unpacks has ended')));
  }

  read(tasks: readonly EntryTask[]): Promise<readonly EntryOutcome[]> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(packTasks(tasks), []);
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
