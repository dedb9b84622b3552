import { abortError, throwIfAborted, waitUntimed } from '@filesource/core';

interface Turn {
  readonly bytes: number;
  readonly start: () => void;
}

/** Most runs at once, however small they are. */
const mostRuns = 8;

/** Bounds the bytes that are held in memory together; first come, first served. Waiting for a turn is not the vendor's slowness. */
export class ByteBudget {
  readonly #total: number;
  #free: number;
  readonly #queue: Turn[] = [];

  constructor(bytes: number) {
    this.#total = bytes;
    this.#free = bytes;
  }

  async run<T>(bytes: number, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const share = Math.min(this.#total, Math.max(bytes, this.#total / mostRuns));
    await waitUntimed(signal, () => this.#take(share, signal));
    try {
      return await work();
    } finally {
      this.#free += share;
      this.#startNext();
    }
  }

  async #take(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal);
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.#queue.splice(this.#queue.indexOf(turn), 1);
        if (signal !== undefined) reject(abortError(signal));
        this.#startNext();
      };
      const turn: Turn = {
        bytes,
        start: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(turn);
      this.#startNext();
    });
  }

  #startNext(): void {
    for (let next = this.#queue[0]; next !== undefined && next.bytes <= this.#free; next = this.#queue[0]) {
      this.#queue.shift();
      this.#free -= next.bytes;
      next.start();
    }
  }
}
