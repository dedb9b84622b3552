import type { Clock } from './ports/clock.ts';

/** What came longer ago is not believed: the folder may be another one by now. */
const freshMs = 30_000;

/** For adapters: what a vendor answered before the listing came to the question; see {@link PageAhead}. */
export class EarlyAnswer<Answer> {
  readonly #question: string;
  readonly #answer: Answer;
  readonly #atMs: number;

  private constructor(question: string, answer: Answer, atMs: number) {
    this.#question = question;
    this.#answer = answer;
    this.#atMs = atMs;
  }

  /** The answer, with when it was asked for. */
  static async ask<Answer>(question: string, clock: Clock, ask: () => Promise<Answer>): Promise<EarlyAnswer<Answer>> {
    const atMs = clock.now();
    return new EarlyAnswer(question, await ask(), atMs);
  }

  /** What `came`, where it is the answer to this question and of the last half minute. */
  static to<Answer>(question: string, came: unknown, clock: Clock): Answer | undefined {
    if (!(came instanceof EarlyAnswer)) return undefined;
    const early = came as EarlyAnswer<Answer>;
    const ageMs = clock.now() - early.#atMs;
    return early.#question === question && ageMs >= 0 && ageMs <= freshMs ? early.#answer : undefined;
  }
}
