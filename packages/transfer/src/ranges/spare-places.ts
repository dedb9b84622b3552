import type { FileSource } from '@filesource/core';

/**
 * Places for so many bodies at once.
 * - Whoever takes one gets what gives it back, to be called once or more often.
 */
export class SparePlaces {
  readonly #most: number;
  readonly #onLeft: () => void;
  #taken = 0;
  #hasRanges = false;

  constructor(most: number, onLeft: () => void = () => undefined) {
    this.#most = most;
    this.#onLeft = onLeft;
  }

  /** Whether there is a place that nobody has. */
  get hasSpare(): boolean {
    return this.#taken < this.#most;
  }

  /** `undefined` where there is none. */
  takeSpare(): (() => void) | undefined {
    if (!this.hasSpare) return undefined;
    this.#taken += 1;
    return once(() => {
      this.#taken -= 1;
      this.#onLeft();
    });
  }

  /** As much, for the one body that comes in ranges: what they hold in memory is bounded by that. */
  takeRanges(): (() => void) | undefined {
    if (this.#hasRanges) return undefined;
    this.#hasRanges = true;
    return once(() => (this.#hasRanges = false));
  }
}

const mostBeside = 3;
const besideBodies = new WeakMap<FileSource, SparePlaces>();

/** For ranges of bodies that are fetched by themselves: of one at a time for each source, however many are. */
export function placesBesideBodies(source: FileSource): SparePlaces {
  const known = besideBodies.get(source) ?? new SparePlaces(mostBeside);
  besideBodies.set(source, known);
  return known;
}

export function once(run: () => void): () => void {
  let hasRun = false;
  return () => {
    if (hasRun) return;
    hasRun = true;
    run();
  };
}
