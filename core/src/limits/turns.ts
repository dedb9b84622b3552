import { abortError, throwIfAborted } from '../errors/to-file-source-error.ts';
import { promised } from '../promised.ts';
import { listenForAbort, stopListeningForAbort } from '../time/abort-listeners.ts';
import { waitUntimed } from '../time/with-timeout.ts';

/**
 * A number of runs at once, first come, first served; for queues inside an adapter.
 * - Waiting for a turn is not the vendor's slowness: pass the signal that the adapter was called with, and it does not count against the time-out.
 * - Who is aborted while waiting waits no more. What there is room for runs at once.
 */
export class Turns {
  #free: number;
  readonly #queue = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  run<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) return waitUntimed(signal, () => this.#wait(signal)).then(() => this.#hold(work));
    this.#free -= 1;
    return this.#hold(work);
  }

  /** Gives the turn that was taken back when the work is over. */
  #hold<T>(work: () => Promise<T>): Promise<T> {
    const running = promised(work);
    running.then(this.#leave, this.#leave);
    return running;
  }

  /** Resolves when a turn is taken. */
  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      throwIfAborted(signal);
      const onAbort = (): void => {
        this.#queue.delete(start);
        if (signal !== undefined) reject(abortError(signal));
      };
      const start = (): void => {
        if (signal !== undefined) stopListeningForAbort(signal, onAbort);
        resolve();
      };
      if (signal !== undefined) listenForAbort(signal, onAbort);
      this.#queue.add(start);
    });
  }

  /** The turn goes on to the next one in the queue. */
  readonly #leave = (): void => {
    const [start] = this.#queue;
    if (start === undefined) this.#free += 1;
    else {
      this.#queue.delete(start);
      start();
    }
  };
}
