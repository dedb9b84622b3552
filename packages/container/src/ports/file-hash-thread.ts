import type { Worker } from 'node:worker_threads';
import { startFileHashWorker, type FileHashAnswer, type FileHashRequest } from './file-hash-worker.ts';

/** A thread takes some milliseconds to start, and some MiB while it is there. */
const lingerMs = 1000;

/** The thread that hashes files; it is there while there are files, and a moment longer. */
export class FileHashThread {
  static #current: FileHashThread | undefined;
  readonly #worker: Worker;
  readonly #jobs = new Set<number>();
  readonly #failed = new Set<number>();
  readonly #waiting = new Map<number, (hex: string | undefined) => void>();
  #isGone = false;
  #ending: NodeJS.Timeout | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: FileHashAnswer) => {
      if (answer.hex === undefined) this.#failed.add(answer.id);
      this.#answer(answer.id, answer.hex);
    });
    worker.on('error', () => this.#gone());
    worker.on('exit', () => this.#gone());
    worker.unref();
  }

  /** `undefined` where the system gives no thread. */
  static join(id: number): FileHashThread | undefined {
    try {
      FileHashThread.#current ??= new FileHashThread(startFileHashWorker());
    } catch {
      return undefined;
    }
    const thread = FileHashThread.#current;
    clearTimeout(thread.#ending);
    thread.#jobs.add(id);
    return thread;
  }

  send(request: FileHashRequest): void {
    if (!this.#isGone && !this.#failed.has(request.id)) this.#worker.postMessage(request, []);
  }

  /** `undefined` when the thread could not read the file, or is gone. */
  hex(id: number): Promise<string | undefined> {
    if (this.#isGone || this.#failed.has(id)) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#worker.ref();
      this.send({ id, isLast: true });
    });
  }

  leave(id: number): void {
    if (!this.#jobs.delete(id)) return;
    this.send({ id });
    this.#answer(id, undefined);
    this.#failed.delete(id);
    if (this.#jobs.size > 0) return;
    this.#ending = setTimeout(() => {
      if (this.#jobs.size === 0) this.#end();
    }, lingerMs);
    this.#ending.unref();
  }

  #answer(id: number, hex: string | undefined): void {
    this.#waiting.get(id)?.(hex);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
  }

  #end(): void {
    this.#gone();
    void this.#worker.terminate();
  }

  #gone(): void {
    this.#isGone = true;
    if (FileHashThread.#current === this) FileHashThread.#current = undefined;
    for (const id of this.#waiting.keys()) this.#answer(id, undefined);
  }
}
