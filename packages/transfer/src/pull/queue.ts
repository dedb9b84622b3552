/** Hands items from one side to several readers, and holds the one side back when it is too far ahead. */
export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly #capacity: number;
  #items: T[] = [];
  #head = 0;
  #ended = false;
  readonly #readers: (() => void)[] = [];
  readonly #writers: (() => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Resolves when there is room for the next one; `false` when nobody reads any more. */
  async push(item: T): Promise<boolean> {
    if (this.#ended) return false;
    this.#items.push(item);
    this.#readers.shift()?.();
    while (this.#items.length - this.#head > this.#capacity && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#writers.push(resolve);
      });
    }
    return !this.#ended;
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

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const item = this.#items[this.#head];
      if (item !== undefined) {
        this.#head += 1;
        if (this.#head === this.#items.length || this.#head >= 1024) {
          this.#items = this.#items.slice(this.#head);
          this.#head = 0;
        }
        this.#writers.shift()?.();
        yield item;
      } else if (this.#ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.#readers.push(resolve);
        });
      }
    }
  }

  #wakeAll(): void {
    for (const wake of [...this.#readers.splice(0), ...this.#writers.splice(0)]) wake();
  }
}
