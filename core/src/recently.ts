/**
 * Remembers what was made last, by its text: a cursor that comes straight back need not be read again.
 * - Holds at most `most`; the oldest goes first, and so does one that starts as a newer one does.
 */
export class Recently<Value> {
  readonly #most: number;
  /** By how a text starts: to hash all of a long one would take longer than to compare it with itself. */
  readonly #values = new Map<string, { readonly text: string; readonly value: Value }>();

  constructor(most: number) {
    this.#most = most;
  }

  remember(text: string, value: Value): string {
    const start = startOf(text);
    this.#values.delete(start);
    this.#values.set(start, { text, value });
    const oldest = this.#values.size > this.#most ? this.#values.keys().next().value : undefined;
    if (oldest !== undefined) this.#values.delete(oldest);
    return text;
  }

  recall(text: string): Value | undefined {
    const found = this.#values.get(startOf(text));
    return found?.text === text ? found.value : undefined;
  }
}

function startOf(text: string): string {
  return text.slice(0, 24);
}
