import { abortError, throwIfAborted, waitUntimed } from '@filesource/core';

/** A number of runs at once; first come, first served. Waiting for a turn is not the vendor's slowness. */
export class Turns {
  #free: number;
  readonly #queue: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async run<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    await waitUntimed(signal, () => this.#take(signal));
    try {
      return await work();
    } finally {
      this.#free += 1;
      this.#startNext();
    }
  }

  async #take(signal: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal);
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.#queue.splice(this.#queue.indexOf(start), 1);
        if (signal !== undefined) reject(abortError(signal));
      };
      const start = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(start);
      this.#startNext();
    });
  }

  #startNext(): void {
    if (this.#free === 0) return;
    const start = this.#queue.shift();
    if (start === undefined) return;
    this.#free -= 1;
    start();
  }
}
