import type { Clock } from './ports/clock.ts';

/** What came longer ago is not believed: the folder may be another one by now. */
const freshMs = 30_000;

interface Held<Answer> {
  readonly question: string;
  readonly answer: Answer;
  readonly atMs: number;
}

/**
 * For adapters: what a vendor answered before the listing came to the question; see `FetchedPage.ahead`.
 * - A question is a text with all that its answer depends on within a listing, such as offset and page size.
 */
export class PrefetchedAnswers<Answer> {
  readonly #held = new WeakMap<object, Held<Answer>>();

  /** Resolves to what stands for the answer, which is held for as long as that is. */
  async ask(question: string, clock: Clock, ask: () => Promise<Answer>): Promise<object> {
    const atMs = clock.now();
    const answer = await ask();
    const prefetched = {};
    this.#held.set(prefetched, { question, answer, atMs });
    return prefetched;
  }

  /** The answer behind `FetchOptions.prefetched`, where it is that to this question and of the last half minute. */
  answerTo(question: string, prefetched: unknown, clock: Clock): Answer | undefined {
    const held = typeof prefetched === 'object' && prefetched !== null ? this.#held.get(prefetched) : undefined;
    if (held?.question !== question) return undefined;
    const ageMs = clock.now() - held.atMs;
    return ageMs >= 0 && ageMs <= freshMs ? held.answer : undefined;
  }
}
