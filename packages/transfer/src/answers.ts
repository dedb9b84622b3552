import { untilAborted } from '@filesource/core';

/** What listeners give back: most nothing, asynchronous ones a promise that nobody else would hear of. */
export class Answers {
  readonly #onRejected: (error: unknown) => void;
  #open = 0;
  #onSettled: (() => void) | undefined;

  /** `onRejected` must not throw. */
  constructor(onRejected: (error: unknown) => void) {
    this.#onRejected = onRejected;
  }

  add(answer: unknown): void {
    if (answer === undefined || !isThenable(answer)) return;
    this.#open += 1;
    void Promise.resolve(answer)
      .catch(this.#onRejected)
      .finally(() => {
        this.#open -= 1;
        if (this.#open === 0) this.#onSettled?.();
      });
  }

  /** Resolves when none is open any more; throws when `signal` fires before. */
  async settled(signal: AbortSignal | undefined): Promise<void> {
    while (this.#open > 0) await untilAborted(new Promise<void>((resolve) => (this.#onSettled = resolve)), signal);
  }
}

function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return typeof answer === 'object' && answer !== null && 'then' in answer && typeof answer.then === 'function';
}
