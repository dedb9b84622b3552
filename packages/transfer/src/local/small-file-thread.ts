import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import { Worker } from 'node:worker_threads';
import { homeOf, type BlockPool } from '@filesource/core';
import { createSmallFileWriter, type SmallFileOutcome, type SmallFileTask } from './small-file-writer.ts';
import { threadProgram } from './thread-program.ts';

const leastBlockBytes = 1280 * 1024;

/** Requests and answers are lists of numbers and one text: an object for each file would take longer to hand over than its bytes. */
interface Request {
  /** The first one holds the bytes of all files that have no block of their own. */
  readonly blocks: readonly ArrayBuffer[];
  /** Of each file: which block, where its bytes start in there, and where they end. */
  readonly spans: readonly number[];
  /** Of each file: of its part, and its own. */
  readonly paths: string;
}

interface Answer {
  readonly outcomes: readonly SmallFileOutcome[];
  readonly blocks: readonly ArrayBuffer[];
}

const program = threadProgram(`
const { parentPort } = require('node:worker_threads');
const write = (${createSmallFileWriter.toString()})({ crypto: require('node:crypto'), fs: require('node:fs') });
parentPort.on('message', ({ blocks, spans, paths }) => {
  const path = paths.split('\\0');
  const tasks = [];
  for (let at = 0; at < spans.length; at += 3) {
    const bytes = new Uint8Array(blocks[spans[at]], spans[at + 1], spans[at + 2] - spans[at + 1]);
    tasks.push({ bytes, partPath: path[tasks.length * 2], finalPath: path[tasks.length * 2 + 1] });
  }
  parentPort.postMessage({ outcomes: write(tasks), blocks }, blocks);
});
`);

/** `isLost`: the thread died with the bytes, which have to be fetched again. */
export type ThreadOutcome = SmallFileOutcome | { readonly isLost: true };

interface Asked {
  readonly tasks: readonly SmallFileTask[];
  /** Of each task: where its block goes when it comes back. */
  readonly homes: readonly (BlockPool | undefined)[];
  readonly resolve: (outcomes: readonly ThreadOutcome[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Writes small files on another thread; on this one where the system gives none, or it died. */
export class SmallFileThread {
  readonly #worker: Worker | undefined;
  /** Answers come in the order of the questions. */
  readonly #asked: Asked[] = [];
  /** Blocks go to the thread and come back: what it would have to throw away would be held for long. */
  readonly #free: ArrayBuffer[] = [];
  #isGone = false;
  #givenUp: { readonly error: unknown } | undefined;

  constructor() {
    this.#worker = startWorker();
    this.#worker?.on('message', (answer: Answer) => this.#answered(answer));
    this.#worker?.on('error', () => this.#gone());
    this.#worker?.on('exit', () => this.#gone());
  }

  /**
   * Outcomes in the order of the tasks.
   * - Bytes that are alone in their block ({@link homeOf}) are moved to the thread and not copied. Their block goes back to where it came
   *   from; nobody may look at them any more.
   */
  write(tasks: readonly SmallFileTask[]): Promise<readonly ThreadOutcome[]> {
    const worker = this.#worker;
    if (worker === undefined || this.#isGone) {
      const outcomes = createSmallFileWriter({ crypto, fs })(tasks);
      for (const { bytes } of tasks) homeOf(bytes)?.giveBack(bytes.buffer as ArrayBuffer);
      return Promise.resolve(outcomes);
    }
    const homes = tasks.map(({ bytes }) => homeOf(bytes));
    const request = this.#request(tasks, homes);
    return new Promise((resolve, reject) => {
      // What is not sent gets no answer, and would take that of the next one.
      worker.postMessage(request, request.blocks);
      this.#asked.push({ tasks, homes, resolve, reject });
    });
  }

  /** Ends the thread after the system call that it is at: what it has not told by then fails with the error, and is named or gone. */
  giveUp(error: unknown): void {
    this.#givenUp ??= { error };
    void this.#worker?.terminate();
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #request(tasks: readonly SmallFileTask[], homes: Asked['homes']): Request {
    const shared = this.#take(tasks.reduce((sum, { bytes }, index) => sum + (homes[index] === undefined ? bytes.length : 0), 0));
    const all = new Uint8Array(shared);
    const blocks = [shared];
    const spans: number[] = [];
    let end = 0;
    for (const [index, { bytes }] of tasks.entries()) {
      if (homes[index] === undefined) {
        all.set(bytes, end);
        spans.push(0, end, (end += bytes.length));
      } else {
        spans.push(blocks.length, bytes.byteOffset, bytes.byteOffset + bytes.length);
        blocks.push(bytes.buffer as ArrayBuffer);
      }
    }
    return { blocks, spans, paths: tasks.map(({ partPath, finalPath }) => `${partPath}\0${finalPath}`).join('\0') };
  }

  #answered({ outcomes, blocks: [shared, ...moved] }: Answer): void {
    const asked = this.#asked.shift();
    if (shared !== undefined) this.#free.push(shared);
    let at = 0;
    for (const home of asked?.homes ?? []) {
      const block = home === undefined ? undefined : moved[at++];
      if (block !== undefined) home?.giveBack(block);
    }
    asked?.resolve(outcomes);
  }

  /** What was copied for the thread is still here. */
  #gone(): void {
    this.#isGone = true;
    for (const { tasks, homes, resolve, reject } of this.#asked.splice(0)) {
      // Nobody would hear what is thrown from here, and those who asked would wait for ever.
      try {
        if (this.#givenUp !== undefined) throw this.#givenUp.error;
        const write = createSmallFileWriter({ crypto, fs });
        resolve(tasks.flatMap((task, index): ThreadOutcome[] => (homes[index] === undefined ? write([task]) : [{ isLost: true }])));
      } catch (error) {
        for (const { partPath } of tasks) removePart(partPath);
        reject(error);
      }
    }
  }

  #take(length: number): ArrayBuffer {
    const free = this.#free.findIndex(({ byteLength }) => byteLength >= length);
    const [block = new ArrayBuffer(Math.max(length, leastBlockBytes))] = free === -1 ? [] : this.#free.splice(free, 1);
    return block;
  }
}

/** What cannot be removed is swept by a later run. */
function removePart(path: string): void {
  try {
    fs.rmSync(path, { force: true });
  } catch {
    // Why it had to go says more.
  }
}

function startWorker(): Worker | undefined {
  try {
    return new Worker(program, { eval: true, execArgv: [], env: {}, resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 } });
  } catch {
    return undefined;
  }
}
