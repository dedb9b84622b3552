import { FileSourceError } from './errors/file-source-error.ts';
import type { Page } from './paging.ts';

/** One for all: an error is costly to make, and nobody reads this one. */
const gone = new FileSourceError('aborted', 'nobody reads the listing any more');

/**
 * The items of pages, one by one; the next page is on its way once half of one was taken.
 * - By hand and no generator: an item of a page that is there costs one promise that is settled already.
 * - Ending it early gives up the page that is on its way.
 */
export class PageItems<T> implements AsyncIterableIterator<T> {
  readonly #start: (signal: AbortSignal) => AsyncIterator<Page<T>, void>;
  readonly #outer: AbortSignal | undefined;
  readonly #reading = new AbortController();
  readonly #onAbort = (): void => this.#reading.abort(this.#outer?.reason);
  #pages: AsyncIterator<Page<T>, void> | undefined;
  #items: readonly T[] = [];
  #at = 0;
  /** Where the next page is asked for; past the end once it was. */
  #half = Number.POSITIVE_INFINITY;
  #ahead: Promise<IteratorResult<Page<T>, void>> | undefined;
  /** Those who wait for a page, one after another. */
  #waiting = 0;
  #line: Promise<unknown> = Promise.resolve();
  #isOver = false;

  constructor(start: (signal: AbortSignal) => AsyncIterator<Page<T>, void>, signal: AbortSignal | undefined) {
    this.#start = start;
    this.#outer = signal;
  }

  next(): Promise<IteratorResult<T, void>> {
    if (this.#waiting === 0 && this.#at < this.#items.length) return Promise.resolve(this.#take());
    this.#waiting += 1;
    const turn = this.#line.then(() => this.#fetch());
    this.#line = turn.catch(ignore);
    return turn;
  }

  async return(): Promise<IteratorResult<T, void>> {
    this.#end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(): IteratorResult<T, void> {
    if (this.#at >= this.#half) this.#askAhead();
    const value = this.#items[this.#at] as T;
    this.#at += 1;
    return { done: false, value };
  }

  #askAhead(): void {
    this.#half = Number.POSITIVE_INFINITY;
    this.#ahead = this.#pages?.next();
    // An error that comes before anybody waits for it is told to whoever does.
    this.#ahead?.catch(ignore);
  }

  async #fetch(): Promise<IteratorResult<T, void>> {
    try {
      while (!this.#isOver && this.#at >= this.#items.length) {
        this.#pages ??= this.#begin();
        const coming = this.#ahead ?? this.#pages.next();
        this.#ahead = undefined;
        const { done, value: page } = await coming;
        if (done === true) this.#end();
        else this.#fill(page.items);
      }
    } catch (error) {
      this.#end();
      throw error;
    } finally {
      this.#waiting -= 1;
    }
    return this.#isOver ? { done: true, value: undefined } : this.#take();
  }

  #begin(): AsyncIterator<Page<T>, void> {
    if (this.#outer?.aborted === true) this.#onAbort();
    else this.#outer?.addEventListener('abort', this.#onAbort, { once: true });
    return this.#start(this.#reading.signal);
  }

  #fill(items: readonly T[]): void {
    this.#items = items;
    this.#at = 0;
    this.#half = items.length / 2;
  }

  #end(): void {
    this.#isOver = true;
    this.#fill([]);
    this.#outer?.removeEventListener('abort', this.#onAbort);
    this.#reading.abort(gone);
  }
}

function ignore(): void {
  // Told elsewhere.
}
