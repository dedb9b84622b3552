import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import { Worker } from 'node:worker_threads';
import { createSmallFileWriter, type SmallFileOutcome, type SmallFileTask } from './small-file-writer.ts';
import { threadProgram } from './thread-program.ts';

const leastBlockBytes = 1280 * 1024;

const program = threadProgram(`
const { parentPort } = require('node:worker_threads');
const write = (${createSmallFileWriter.toString()})({ crypto: require('node:crypto'), fs: require('node:fs') });
parentPort.on('message', ({ block, ends, paths }) => {
  const path = paths.split('\\0');
  const tasks = ends.map((end, index) => ({ start: ends[index - 1] ?? 0, end, partPath: path[2 * index], finalPath: path[2 * index + 1] }));
  parentPort.postMessage({ outcomes: write(block, tasks), block }, [block.buffer]);
});
`);

interface Asked {
  readonly tasks: readonly SmallFileTask[];
  readonly bytes: readonly Buffer[];
  readonly resolve: (outcomes: readonly SmallFileOutcome[]) => void;
}

interface Answer {
  readonly outcomes: readonly SmallFileOutcome[];
  readonly block: Block;
}

type Block = Uint8Array<ArrayBuffer>;

/** Writes small files on another thread; on this one where the system gives none, or it dies. */
export class SmallFileThread {
  readonly #worker: Worker | undefined;
  /** Answers come in the order of the questions. */
  readonly #asked: Asked[] = [];
  /** Blocks go to the thread and come back: what it would have to throw away would be held for long. */
  readonly #free: Block[] = [];
  #isGone = false;

  constructor() {
    this.#worker = startWorker();
    this.#worker?.on('message', ({ outcomes, block }: Answer) => {
      this.#free.push(block);
      this.#asked.shift()?.resolve(outcomes);
    });
    this.#worker?.on('error', () => this.#gone());
    this.#worker?.on('exit', () => this.#gone());
  }

  /** Outcomes in the order of `bytes`; `tasks` tell where each one goes. */
  write(bytes: readonly Buffer[], places: readonly Pick<SmallFileTask, 'partPath' | 'finalPath'>[]): Promise<readonly SmallFileOutcome[]> {
    let end = 0;
    const tasks = places.map(({ partPath, finalPath }, index) => {
      const start = end;
      end += bytes[index]?.length ?? 0;
      return { partPath, finalPath, start, end };
    });
    const block = this.#blockOf(bytes, end);
    if (this.#worker === undefined || this.#isGone) return Promise.resolve(createSmallFileWriter({ crypto, fs })(block, tasks));
    const worker = this.#worker;
    return new Promise((resolve) => {
      this.#asked.push({ tasks, bytes, resolve });
      // One text and one list of numbers: an object for each file would take longer to hand over than its bytes.
      worker.postMessage({ block, ends: tasks.map((task) => task.end), paths: places.map(({ partPath, finalPath }) => `${partPath}\0${finalPath}`).join('\0') }, [block.buffer]);
    });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #gone(): void {
    this.#isGone = true;
    for (const { bytes, tasks, resolve } of this.#asked.splice(0)) resolve(createSmallFileWriter({ crypto, fs })(this.#blockOf(bytes, tasks.at(-1)?.end ?? 0), tasks));
  }

  /** The bytes one after another, in a block that can be handed over. */
  #blockOf(bytes: readonly Buffer[], length: number): Block {
    const free = this.#free.findIndex((block) => block.length >= length);
    const [block = new Uint8Array(Math.max(length, leastBlockBytes))] = free === -1 ? [] : this.#free.splice(free, 1);
    let at = 0;
    for (const piece of bytes) {
      block.set(piece, at);
      at += piece.length;
    }
    return block;
  }
}

function startWorker(): Worker | undefined {
  try {
    return new Worker(program, { eval: true, execArgv: [], env: {}, resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 } });
  } catch {
    return undefined;
  }
}
