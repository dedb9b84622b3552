import { createLimiter, type Limiter } from '@filesource/core';
import { maxConcurrency, maxOpening } from './capabilities.ts';

/** Bounds the links that are being opened at once: callers that say how many have a bound of that number, all others share one. */
export class Opening {
  readonly #limiters = new Map<number, Limiter>();

  run<T>(concurrency: number = maxOpening, open: () => Promise<T>): Promise<T> {
    const most = Math.min(concurrency, maxConcurrency);
    const limiter = this.#limiters.get(most) ?? createLimiter(most);
    this.#limiters.set(most, limiter);
    return limiter(open);
  }
}
