import { FileSourceError } from './errors/file-source-error.ts';
import { promised } from './promised.ts';
import { listenForAbort, stopListeningForAbort } from './time/abort-listeners.ts';

/** A page that probably follows, and how to ask for it before its turn. */
export interface PageAhead {
  /** Tells the page from others of its listing; the same text for the same page each time. */
  readonly at: string;
  /** Resolves to what `listPage` gets as `prefetched` when the listing gets there, which is not `undefined`. Throws as `listPage` does. */
  fetch(options: { readonly signal?: AbortSignal }): Promise<unknown>;
}

/** Pages asked for beside the one whose turn it is. */
const mostPagesAhead = 4;

/** The pages from an offset on, as they will be if the folder stays as it is. */
export function pagesFrom({ start, step, total, fetch }: { readonly start: number; readonly step: number; readonly total: number; readonly fetch: (start: number, signal: AbortSignal | undefined) => Promise<unknown> }): PageAhead[] {
  const pages: PageAhead[] = [];
  for (let at = start; at < total && pages.length <= mostPagesAhead; at += step) pages.push({ at: String(at), fetch: ({ signal }) => fetch(at, signal) });
  return pages;
}

/** Pages that the listings of one source hold together before their turn; each may have a thousand entries. */
export class PagesHeld {
  #free: number;

  constructor(most = 4 * mostPagesAhead) {
    this.#free = most;
  }

  tryTake(): boolean {
    if (this.#free === 0) return false;
    this.#free -= 1;
    return true;
  }

  giveBack(): void {
    this.#free += 1;
  }
}

/** One for all: an error is costly to make, and nobody reads this one. */
const gone = new FileSourceError('aborted', 'nobody reads the listing any more');

/**
 * Asks for pages of one listing before their turn, a bounded number of them.
 * - Nothing is asked for before the reader wants a second page.
 * - What fails or comes to nothing is left to whoever asks for the page in its turn.
 * - Where that happens, or the listing goes on elsewhere than was thought, it goes on page by page for a while; for twice as long each time.
 * - Of a vendor that says it is asked too often, the rest of the listing comes page by page.
 */
export class PagesAhead {
  readonly #held: PagesHeld;
  readonly #outer: AbortSignal | undefined;
  #over = new AbortController();
  readonly #onAbort = (): void => this.#giveUp(this.#outer?.reason);
  readonly #coming = new Map<string, Promise<unknown>>();
  #following: readonly PageAhead[] = [];
  #wanted: readonly PageAhead[] = [];
  #wrong = 0;
  /** Pages that are still read one by one. */
  #pause = 0;
  #isTooMuch = false;

  constructor(signal: AbortSignal | undefined, held: PagesHeld) {
    this.#held = held;
    this.#outer = signal;
    if (signal?.aborted === true) this.#onAbort();
    else if (signal !== undefined) listenForAbort(signal, this.#onAbort);
  }

  /** What the last page told of those that follow it, the next one first. */
  foresee(following: readonly PageAhead[] = []): void {
    this.#following = following;
  }

  /** What came of the page whose turn it is; `undefined` where nobody asked for it, or in vain. */
  async next(): Promise<unknown> {
    const [next, ...later] = this.#following;
    const coming = next === undefined ? undefined : this.#coming.get(next.at);
    if (coming === undefined && this.#coming.size > 0) this.wasWrong();
    if (next !== undefined) this.#coming.delete(next.at);
    this.#wanted = this.#pause > 0 ? [] : later.slice(0, mostPagesAhead);
    if (this.#pause > 0) this.#pause -= 1;
    if (coming === undefined) return undefined;
    this.ask();
    const prefetched = await coming;
    this.#held.giveBack();
    // What follows was asked for before the page that is asked for now: between the two, entries may have moved.
    if (prefetched === undefined) this.wasWrong();
    return prefetched;
  }

  /** Asks for what comes after the page whose turn it is; that one must be on its way, since a vendor may take few at once. */
  ask(): void {
    const { signal } = this.#over;
    const pages = this.#wanted;
    this.#wanted = [];
    if (signal.aborted || this.#isTooMuch) return;
    for (const page of pages) {
      if (this.#coming.has(page.at)) continue;
      if (!this.#held.tryTake()) return;
      this.#coming.set(page.at, promised(() => page.fetch({ signal })).catch((error: unknown) => this.#failed(error)));
    }
  }

  /** What came did not fit, or the listing goes on elsewhere; then the rest fits no better. */
  wasWrong(): void {
    this.#giveUp(gone);
    if (this.#outer?.aborted !== true) this.#over = new AbortController();
    this.#goSlow();
  }

  /** Gives up what is on its way. */
  end(): void {
    if (this.#outer !== undefined) stopListeningForAbort(this.#outer, this.#onAbort);
    this.#giveUp(gone);
  }

  #failed(error: unknown): void {
    if (FileSourceError.is(error, 'rate-limited')) this.#isTooMuch = true;
  }

  #goSlow(): void {
    if (this.#pause > 0) return;
    this.#wrong += 1;
    this.#pause = 2 ** this.#wrong;
  }

  /** For good; whoever asks again needs another signal. */
  #giveUp(reason: unknown): void {
    for (const _ of this.#coming) this.#held.giveBack();
    this.#coming.clear();
    this.#over.abort(reason);
  }
}
