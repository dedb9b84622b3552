import { createLimiter, FileSourceError, type Entry, type Page, type PageOptions } from '@filesource/core';

type ListPage = (folder: string, options: PageOptions) => Promise<Page<Entry>>;

/** Pages that are held until the walk gets to them; each may have a thousand entries. */
const mostAhead = 8;

/**
 * A `listPage` for a walk: while it takes one folder, the first pages of the next ones are on their way.
 * - The walk sees the same pages and errors, in its own order; no more than `callsAtOnce` are asked for at a time.
 * - Once the walk is over, `end` asks for no more.
 */
export function foldersAhead(listPage: ListPage, options: { readonly callsAtOnce: number; readonly signal: AbortSignal | undefined }): { readonly listPage: ListPage; end(): void } {
  const over = new AbortController();
  const signal = options.signal === undefined ? over.signal : AbortSignal.any([over.signal, options.signal]);
  const limiter = createLimiter(options.callsAtOnce);
  const asked = new Map<string, Promise<Page<Entry>>>();
  /** In the order in which the walk will take them. */
  let next: string[] = [];

  const askAhead = (): void => {
    for (const folder of next.splice(0, mostAhead - asked.size)) {
      const page = limiter(() => listPage(folder, { signal }));
      // The walk hears of it when it comes to that folder.
      page.catch(() => undefined);
      asked.set(folder, page);
    }
  };
  const take = (folder: string, page: PageOptions): Promise<Page<Entry>> => {
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
      return answer;
    },
    end: () => over.abort(new FileSourceError('aborted', 'the walk is over')),
  };
}
