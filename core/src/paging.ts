import { FileSourceError } from './errors/file-source-error.ts';
import { throwIfAborted } from './errors/to-file-source-error.ts';
import { PageItems } from './page-items.ts';
import { PagesAhead, PagesHeld, type PageAhead } from './pages-ahead.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** Present exactly when there is more; opaque, serialisable, enough to go on elsewhere. An empty page may have one. */
  readonly cursor?: string;
  /** All items of the listing, where the vendor says so. */
  readonly total?: number;
}

export interface PageOptions {
  readonly cursor?: string;
  readonly pageSize?: number;
  /**
   * Whether the listing is read to its end: then pages that follow are asked for, a few at once, before their turn, where the vendor allows that.
   * - Default: false by page, true by items. Nothing is asked for before a second page is wanted.
   */
  readonly readAhead?: boolean;
  readonly signal?: AbortSignal;
}

/** A page, with what may be asked for ahead of the listing. */
export interface FetchedPage<T> extends Page<T> {
  /**
   * The pages that probably follow, the very next one first; for vendors whose pages can be asked for without knowing those before them.
   * - Only where `readAhead` is asked for; `pagesFrom` makes as many as are of use.
   */
  readonly ahead?: readonly PageAhead[];
  /** What was {@link FetchOptions.prefetched prefetched} did not fit, and the page was asked for again: then the listing goes on page by page for a while. */
  readonly prefetchMissed?: boolean;
}

export interface FetchOptions extends PageOptions {
  /** What {@link PageAhead.fetch} gave for the page that the cursor leads to; whether it fits what came before is for the adapter to see. */
  readonly prefetched?: unknown;
}

/**
 * A listing: items by default, pages on request; nothing is fetched before it is asked for.
 * - By items, the next page is on its way once half of a page was taken, so that whoever works on items does not wait for pages; see also `readAhead`.
 */
export interface Listing<T> extends AsyncIterable<T> {
  byPage(options?: PageOptions): AsyncIterable<Page<T>>;
}

/** A vendor that never stops saying "there is more" is stopped here. */
const mostPages = 1_000_000;
/** Cursors may be long; a circle of more pages than this ends at the bound above. */
const mostRemembered = 256;

/**
 * A listing over a function that fetches one page.
 * - A cursor that repeats is a `vendor-protocol` error in place of an endless loop.
 */
export function createListing<T>(
  fetchPage: (options: FetchOptions) => Promise<FetchedPage<T>>,
  defaults: PageOptions = {},
  /** What is thrown in place of an error; default: the error itself. */
  locate: (error: unknown) => unknown = (error) => error,
  /** Shared by the listings of one source. */
  held = new PagesHeld(),
): Listing<T> {
  async function* byPage(options: PageOptions = {}): AsyncGenerator<Page<T>, void, undefined> {
    const merged = { ...defaults, ...options };
    const seen = new SeenCursors();
    const ahead = merged.readAhead === true ? new PagesAhead(merged.signal, held) : undefined;
    let { cursor } = merged;
    try {
      for (let count = 0; count < mostPages; count += 1) {
        throwIfAborted(merged.signal);
        const prefetched = await ahead?.next();
        const coming = fetchPage({ ...merged, ...(cursor === undefined ? {} : { cursor }), ...(prefetched === undefined ? {} : { prefetched }) });
        ahead?.ask();
        const { ahead: following, prefetchMissed, ...page } = await coming;
        if (prefetchMissed === true) ahead?.wasWrong();
        ahead?.foresee(following);
        yield page;
        if (page.cursor === undefined) return;
        if (page.cursor === cursor || !seen.add(page.cursor)) throw endless('the same cursor came twice');
        cursor = page.cursor;
      }
      throw endless(`more than ${mostPages} pages`);
    } catch (error) {
      throw locate(error);
    } finally {
      ahead?.end();
    }
  }
  return { byPage, [Symbol.asyncIterator]: () => new PageItems((signal) => byPage({ readAhead: defaults.readAhead ?? true, signal }), defaults.signal) };
}

/** The last cursors of a listing. */
class SeenCursors {
  readonly #cursors = new Set<string>();

  /** False for one that was there before. */
  add(cursor: string): boolean {
    if (this.#cursors.has(cursor)) return false;
    this.#cursors.add(cursor);
    const oldest = this.#cursors.size > mostRemembered ? this.#cursors.values().next().value : undefined;
    if (oldest !== undefined) this.#cursors.delete(oldest);
    return true;
  }
}

function endless(what: string): FileSourceError {
  return new FileSourceError('vendor-protocol', `the listing does not end: ${what}`, { advice: 'Report this to the vendor; the listing is not complete.' });
}
