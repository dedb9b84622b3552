import { createLimiter, FileSourceError, type Entry, type FetchedPage, type FetchOptions } from '@filesource/core';

type ListPage = (folder: string, options: FetchOptions) => Promise<FetchedPage<Entry>>;

/** First pages that are held until the walk gets to them; each may have a thousand entries. */
const mostAhead = 8;

/**
 * A `listPage` for a walk: while it takes one folder, the first pages of the next ones are on their way, and the pages of its own that the walk asks for ahead.
 * - `folders`: those that are walked, one after another.
 * - The walk sees the same pages and errors, in its own order; no more than `callsAtOnce` are asked for at a time.
 * - Once the walk is over, `end` asks for no more.
 */
export function foldersAhead(listPage: ListPage, options: { readonly folders: readonly string[]; readonly callsAtOnce: number; readonly signal: AbortSignal | undefined }): { readonly listPage: ListPage; end(): void } {
  const over = new AbortController();
  const signal = options.signal === undefined ? over.signal : AbortSignal.any([over.signal, options.signal]);
  const limiter = createLimiter(options.callsAtOnce);
  const asked = new Map<string, Promise<FetchedPage<Entry>>>();
  /** In the order in which the walk will take them. */
  let next = [...options.folders];

  const askAhead = (): void => {
    for (const folder of next.splice(0, mostAhead - asked.size)) {
      const page = limiter(() => listPage(folder, { readAhead: true, signal }));
      // The walk hears of it when it comes to that folder.
      page.catch(() => undefined);
      asked.set(folder, page);
    }
  };
  const take = (folder: string, page: FetchOptions): Promise<FetchedPage<Entry>> => {
    const known = page.cursor === undefined ? asked.get(folder) : undefined;
    if (known !== undefined) {
      asked.delete(folder);
      return known;
    }
    next = next.filter((one) => one !== folder);
    return limiter(() => listPage(folder, page));
  };

  return {
    listPage: async (folder, page) => {
      const taken = take(folder, page);
      askAhead();
      const answer = await taken;
      const inner = answer.items.flatMap((entry) => (entry.kind === 'folder' && !asked.has(entry.id) ? [entry.id] : []));
      if (inner.length > 0) next = [...inner, ...next];
      askAhead();
      const { ahead } = answer;
      if (ahead === undefined) return answer;
      return { ...answer, ahead: ahead.map(({ at, fetch }) => ({ at, fetch: (fetchOptions) => limiter(() => fetch(fetchOptions)) })) };
    },
    end: () => over.abort(new FileSourceError('aborted', 'the walk is over')),
  };
}
