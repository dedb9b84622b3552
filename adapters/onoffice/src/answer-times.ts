const mostKept = 15;
/** Before anything is known of the vendor; and a quick vendor may well be slower for once. */
const unknownStallMs = 10_000;
const leastStallMs = 3000;
const mostStallMs = 60_000;
const timesMedian = 4;

/** How long requests took of late, and from when on one counts as stalled. */
export class AnswerTimes {
  readonly #times: number[] = [];

  add(ms: number): void {
    this.#times.push(ms);
    if (this.#times.length > mostKept) this.#times.shift();
  }

  stallMs(): number {
    const median = this.#times.toSorted((a, b) => a - b)[Math.floor(this.#times.length / 2)];
    return median === undefined ? unknownStallMs : Math.min(mostStallMs, Math.max(leastStallMs, timesMedian * median));
  }
}
