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

/** Beside a body that is fetched alone. */
export function placesBesideOne(): SparePlaces {
  return new SparePlaces(3);
}

export function once(run: () => void): () => void {
  let hasRun = false;
  return () => {
    if (hasRun) return;
    hasRun = true;
    run();
  };
}
