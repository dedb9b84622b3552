import type { OpenOptions } from '../content.ts';
import { Turns } from './turns.ts';

export interface OpeningLimits {
  /** Files at once for callers that do not say how many: `limits.maxOpening` of the adapter. */
  readonly maxOpening: number;
  /** The most that a caller gets: `limits.maxConcurrency`. */
  readonly maxConcurrency: number;
}

/** Bounds the files of one source that are being opened at once: callers that say how many have a bound of that number, all others share one. */
export class Opening {
  readonly #limits: OpeningLimits;
  readonly #turns = new Map<number, Turns>();

  constructor(limits: OpeningLimits) {
    this.#limits = limits;
  }

  /** `options` as the adapter was called with. */
  run<T>({ concurrency, signal }: OpenOptions, open: () => Promise<T>): Promise<T> {
    const { maxOpening, maxConcurrency } = this.#limits;
    const most = Math.min(concurrency ?? maxOpening, maxConcurrency);
    const turns = this.#turns.get(most) ?? new Turns(most);
    this.#turns.set(most, turns);
    return turns.run(signal, open);
  }
}
