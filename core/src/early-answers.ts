import type { Clock } from './ports/clock.ts';

/** What came longer ago is not believed: the folder may be another one by now. */
const freshMs = 30_000;

interface Held<Answer> {
  readonly question: string;
  readonly answer: Answer;
  readonly atMs: number;
}

/** For adapters: what a vendor answered before the listing came to the question; see {@link PageAhead}. */
export class EarlyAnswers<Answer> {
  readonly #held = new WeakMap<object, Held<Answer>>();

  /** Resolves to what stands for the answer, which is held for as long as that is. */
  async ask(question: string, clock: Clock, ask: () => Promise<Answer>): Promise<object> {
    const atMs = clock.now();
    const answer = await ask();
    const came = {};
    this.#held.set(came, { question, answer, atMs });
    return came;
  }

  /** What `came`, where it is the answer to this question and of the last half minute. */
  answerTo(question: string, came: unknown, clock: Clock): Answer | undefined {
    const held = typeof came === 'object' && came !== null ? this.#held.get(came) : undefined;
    if (held?.question !== question) return undefined;
    const ageMs = clock.now() - held.atMs;
    return ageMs >= 0 && ageMs <= freshMs ? held.answer : undefined;
  }
}
