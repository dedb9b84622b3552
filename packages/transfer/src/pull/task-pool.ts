/** Runs tasks, a bounded number at once; a task may add others. The first error stops the pool. */
export class TaskPool {
  readonly #limit: number;
  readonly #waiting: (() => Promise<void>)[] = [];
  #running = 0;
  #failure: { readonly error: unknown } | undefined;
  #settle: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(task: () => Promise<void>): void {
    this.#waiting.push(task);
    this.#start();
  }

  /** Resolves when nothing runs and nothing waits; throws the first error, after the tasks that ran beside it have ended. */
  async idle(): Promise<void> {
    while (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#settle = resolve;
      });
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #start(): void {
    while (this.#running < this.#limit && this.#failure === undefined) {
      const task = this.#waiting.shift();
      if (task === undefined) break;
      this.#running += 1;
      void task()
        .catch((error: unknown) => {
          this.#failure ??= { error };
        })
        .finally(() => {
          this.#running -= 1;
          this.#start();
          if (this.#running === 0) this.#settle?.();
        });
    }
  }
}
