/**
 * Remembers what was made last, by its text: a cursor that comes straight back need not be read again.
 * - Holds at most `most`; the oldest goes first.
 */
export class Recently<Value> {
  readonly #most: number;
  readonly #values = new Map<string, Value>();

  constructor(most: number) {
    this.#most = most;
  }

  remember(text: string, value: Value): string {
    this.#values.delete(text);
    this.#values.set(text, value);
    const oldest = this.#values.size > this.#most ? this.#values.keys().next().value : undefined;
    if (oldest !== undefined) this.#values.delete(oldest);
    return text;
  }

  recall(text: string): Value | undefined {
    return this.#values.get(text);
  }
}
