import type { Clock, FileSource } from '@filesource/core';

/** How fast a source answers, as far as this pull has seen. */
export interface Latency {
  /** Milliseconds for one request there and back. */
  readonly ms: number;
  /** Answers that it was measured on; 0: it is assumed. */
  readonly calls: number;
}

const assumedLatencyMs = 100;

/**
 * Measures the answers to a pull's own listings.
 * - The fastest one counts: others may have waited for a turn, for another attempt or for the vendor to find many entries.
 */
export class ListingTimes {
  readonly #clock: Clock;
  readonly #seen = new Map<FileSource, { calls: number; leastMs: number }>();
  #calls = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Answers of all sources. */
  get calls(): number {
    return this.#calls;
  }

  latencyOf(source: FileSource): Latency {
    const seen = this.#seen.get(source);
    if (seen === undefined) return { ms: assumedLatencyMs, calls: 0 };
    // The first answer of all also waited for the connection to be made, which takes about as long again.
    return { ms: seen.calls === 1 ? seen.leastMs / 2 : seen.leastMs, calls: seen.calls };
  }

  async measure<T>(source: FileSource, call: () => Promise<T>): Promise<T> {
    const askedMs = this.#clock.now();
    const answer = await call();
    this.#add(source, this.#clock.now() - askedMs);
    return answer;
  }

  /** The same pages; the first two are measured, since those after them may be there before they are asked for. */
  async *pages<Page>(source: FileSource, pages: AsyncIterable<Page>): AsyncGenerator<Page, void, undefined> {
    const iterator = pages[Symbol.asyncIterator]();
    try {
      for (let count = 1; ; count += 1) {
        const askedMs = this.#clock.now();
        const { done, value } = await iterator.next();
        if (done === true) return;
        if (count <= 2) this.#add(source, this.#clock.now() - askedMs);
        else this.#calls += 1;
        yield value;
      }
    } finally {
      await iterator.return?.();
    }
  }

  #add(source: FileSource, tookMs: number): void {
    this.#calls += 1;
    const seen = this.#seen.get(source) ?? { calls: 0, leastMs: Number.POSITIVE_INFINITY };
    // A clock that was put back tells nothing.
    if (tookMs >= 0) this.#seen.set(source, { calls: seen.calls + 1, leastMs: Math.min(seen.leastMs, tookMs) });
  }
}
