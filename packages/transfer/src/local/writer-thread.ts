import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { FileSourceError } from '@filesource/core';
import { createFileWriter, type FileWriterAnswer, type FileWriterRequest } from './file-writer.ts';
import { threadProgram } from './thread-program.ts';

/** A thread takes some milliseconds to start, and some MiB while it is there. */
const lingerMs = 1000;
/** One writes and hashes about as fast as ten Gbit/s bring. */
const mostThreads = 4;
/** Requests on their way to a thread at once: it has something to do while this one reads, and this one while that one writes, also where the two share a core with the server. */
const mostRequests = 16;
/** Of one file, however many there are. */
const leastRequests = 4;

const program = threadProgram(`
const { parentPort } = require('node:worker_threads');
const handle = (${createFileWriter.toString()})({ crypto: require('node:crypto'), fs: require('node:fs') });
parentPort.on('message', (request) => {
  const answer = handle(request);
  parentPort.postMessage(answer, answer.blocks);
});
`);

interface Asked {
  readonly resolve: (answer: FileWriterAnswer) => void;
  readonly reject: (error: FileSourceError) => void;
}

let lastId = 0;

/** A thread that writes large files and hashes them; there is one while there are files, and a moment longer. */
export class WriterThread {
  static readonly #threads = new Set<WriterThread>();
  readonly #worker: Worker;
  readonly #files = new Set<number>();
  /** Answers come in the order of the questions. */
  readonly #asked: Asked[] = [];
  #isGone = false;
  #ending: NodeJS.Timeout | undefined;

  private constructor() {
    this.#worker = new Worker(program, { eval: true, execArgv: [], env: {}, resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 } });
    this.#worker.on('message', (answer: FileWriterAnswer) => this.#answered(answer));
    this.#worker.on('error', () => this.#gone());
    this.#worker.on('exit', () => this.#gone());
    this.#worker.unref();
    WriterThread.#threads.add(this);
  }

  /** Requests that one of its files may have on their way. */
  get mostRequests(): number {
    return Math.max(leastRequests, Math.floor(mostRequests / this.#files.size));
  }

  /** A thread for one more file, and the file's id there; `undefined` where the system gives no thread. */
  static join(): { readonly thread: WriterThread; readonly id: number } | undefined {
    const thread = WriterThread.#leastBusy();
    if (thread === undefined) return undefined;
    lastId += 1;
    clearTimeout(thread.#ending);
    thread.#files.add(lastId);
    return { thread, id: lastId };
  }

  /** The blocks of the request are gone until the answer brings them back. Fails with `target-failed` when the thread has ended. */
  ask(request: FileWriterRequest): Promise<FileWriterAnswer> {
    if (this.#isGone) return Promise.reject(ended());
    return new Promise((resolve, reject) => {
      this.#worker.postMessage(request, 'blocks' in request ? request.blocks.map(({ block }) => block) : []);
      this.#asked.push({ resolve, reject });
      this.#worker.ref();
    });
  }

  /** After the last answer about the file. */
  leave(id: number): void {
    if (!this.#files.delete(id)) return;
    this.ask({ id, isForgotten: true }).catch(() => undefined);
    if (this.#files.size > 0) return;
    this.#ending = setTimeout(() => this.#end(), lingerMs);
    this.#ending.unref();
  }

  static #leastBusy(): WriterThread | undefined {
    const [first, ...others] = WriterThread.#threads;
    const least = first === undefined ? undefined : others.reduce((a, b) => (b.#files.size < a.#files.size ? b : a), first);
    const most = Math.max(1, Math.min(mostThreads, availableParallelism() - 1));
    if (least !== undefined && (least.#files.size === 0 || WriterThread.#threads.size >= most)) return least;
    try {
      return new WriterThread();
    } catch {
      return least;
    }
  }

  #answered(answer: FileWriterAnswer): void {
    const asked = this.#asked.shift();
    if (this.#asked.length === 0) this.#worker.unref();
    asked?.resolve(answer);
  }

  #end(): void {
    if (this.#files.size > 0) return;
    this.#gone();
    void this.#worker.terminate();
  }

  #gone(): void {
    this.#isGone = true;
    WriterThread.#threads.delete(this);
    for (const { reject } of this.#asked.splice(0)) reject(ended());
  }
}

function ended(): FileSourceError {
  return new FileSourceError('target-failed', 'the thread that writes files has ended', { advice: 'Run it again.' });
}
