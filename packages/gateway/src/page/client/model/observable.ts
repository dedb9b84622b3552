/** Something that views follow; a view stops following when its signal is aborted. */
export class Observable {
  readonly #listeners = new Set<() => void>();

  follow(listener: () => void, signal: AbortSignal): void {
    this.#listeners.add(listener);
    signal.addEventListener('abort', () => this.#listeners.delete(listener), { once: true });
  }

  protected changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
