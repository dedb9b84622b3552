import { FileSourceError } from './errors/file-source-error.ts';
import { throwIfAborted } from './errors/to-file-source-error.ts';
import { PageItems } from './page-items.ts';

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
  readonly signal?: AbortSignal;
}

/**
 * A listing: items by default, pages on request; nothing is fetched before it is asked for.
 * - By items, the next page is on its way once half of a page was taken, so that whoever works on items does not wait for pages.
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
  fetchPage: (options: PageOptions) => Promise<Page<T>>,
  defaults: PageOptions = {},
  /** What is thrown in place of an error; default: the error itself. */
  locate: (error: unknown) => unknown = (error) => error,
): Listing<T> {
  async function* byPage(options: PageOptions = {}): AsyncGenerator<Page<T>, void, undefined> {
    const merged = { ...defaults, ...options };
    const seen = new SeenCursors();
    let { cursor } = merged;
    try {
      for (let count = 0; count < mostPages; count += 1) {
        throwIfAborted(merged.signal);
        const page = await fetchPage(cursor === undefined ? merged : { ...merged, cursor });
        yield page;
        if (page.cursor === undefined) return;
        if (page.cursor === cursor || !seen.add(page.cursor)) throw endless('the same cursor came twice');
        cursor = page.cursor;
      }
      throw endless(`more than ${mostPages} pages`);
    } catch (error) {
      throw locate(error);
    }
  }
  return { byPage, [Symbol.asyncIterator]: () => new PageItems((signal) => byPage({ signal }), defaults.signal) };
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
