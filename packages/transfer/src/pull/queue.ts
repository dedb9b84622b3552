/**
 * Hands items from one side to several readers, and holds the one side back when it is too far ahead.
 * - What can be done at once makes no promise: there may be many thousands of items.
 */
export class BoundedQueue<T extends object> {
  readonly #capacity: number;
  #items: T[] = [];
  #head = 0;
  #ended = false;
  readonly #readers: (() => void)[] = [];
  readonly #writers: (() => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Resolves when there is room for the next one, or nobody reads any more; `undefined` where that is so already. */
  push(item: T): Promise<void> | undefined {
    if (this.#ended) return undefined;
    this.#items.push(item);
    this.#readers.shift()?.();
    return this.#isFull ? this.#room() : undefined;
  }

  /** No more items come; readers get what is left. */
  end(): void {
    this.#ended = true;
    this.#wakeAll();
  }

  /** Readers and writers stop, and what is left is dropped. */
  close(): void {
    this.#items = [];
    this.#head = 0;
    this.end();
  }

  /** The next item where there is one already. */
  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    if (this.#head === this.#items.length || this.#head >= 1024) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    this.#writers.shift()?.();
    return item;
  }

  /** The next item once it comes; `undefined` when nothing more comes. */
  async next(): Promise<T | undefined> {
    for (;;) {
      const item = this.shift();
      if (item !== undefined || this.#ended) return item;
      await new Promise<void>((resolve) => {
        this.#readers.push(resolve);
      });
    }
  }

  async #room(): Promise<void> {
    while (this.#isFull && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#writers.push(resolve);
      });
    }
  }

  get #isFull(): boolean {
    return this.#items.length - this.#head > this.#capacity;
  }

  #wakeAll(): void {
    for (const wake of [...this.#readers.splice(0), ...this.#writers.splice(0)]) wake();
  }
}
