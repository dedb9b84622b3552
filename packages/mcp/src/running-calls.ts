/** The calls that are being answered, so that an end can wait for theirs. */
export class RunningCalls {
  readonly #calls = new Set<Promise<unknown>>();

  hold<T>(run: () => Promise<T>): Promise<T> {
    const call = run();
    this.#calls.add(call);
    const forget = (): void => void this.#calls.delete(call);
    call.then(forget, forget);
    return call;
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#calls);
  }
}
