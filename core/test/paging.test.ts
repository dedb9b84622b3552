import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { createListing, FileSourceError, type Page } from '@filesource/core';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function pagesOf(pages: Readonly<Record<string, Page<number>>>): (options: { readonly cursor?: string }) => Promise<Page<number>> {
  return async ({ cursor = 'start' }) => pages[cursor] ?? { items: [] };
}

describe('a listing', () => {
  it('gives the items of all pages and goes on after an empty one', async () => {
    const listing = createListing(pagesOf({ start: { items: [1, 2], cursor: 'a' }, a: { items: [], cursor: 'b' }, b: { items: [3] } }));
    expect(await collect(listing)).toEqual([1, 2, 3]);
  });

  it('can be read twice, and each reading starts anew', async () => {
    const listing = createListing(pagesOf({ start: { items: [1], cursor: 'a' }, a: { items: [2] } }));
    expect([await collect(listing), await collect(listing)]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('goes on elsewhere from the cursor of a page', async () => {
    const fetchPage = pagesOf({ start: { items: [1], cursor: 'a' }, a: { items: [2], cursor: 'b' }, b: { items: [3] } });
    const pages = await collect(createListing(fetchPage).byPage({ cursor: 'a' }));
    expect(pages.flatMap((page) => page.items)).toEqual([2, 3]);
  });

  it('fetches nothing before it is asked', async () => {
    let fetched = 0;
    const listing = createListing(async () => {
      fetched += 1;
      return { items: [1], cursor: String(fetched) };
    });
    expect(fetched).toBe(0);
    for await (const item of listing) if (item === 1) break;
    expect(fetched).toBe(1);
  });

  it('fetches the next page ahead once half of one was taken, and gives it up with its reader', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const listing = createListing(async ({ signal }) => {
      signals.push(signal);
      if (signals.length === 2) await new Promise(() => undefined);
      return { items: [1, 2, 3, 4], cursor: String(signals.length) };
    });
    const fetchedAt: number[] = [];
    for await (const item of listing) {
      fetchedAt.push(signals.length);
      if (item === 4) break;
    }
    expect(fetchedAt).toEqual([1, 1, 2, 2]);
    expect(signals[1]?.aborted).toBe(true);
  });

  it('gives all items before the failure of a page that was fetched ahead', async () => {
    const listing = createListing<number>(async ({ cursor }) => {
      if (cursor !== undefined) throw new FileSourceError('network', 'gone');
      return { items: [1, 2, 3, 4], cursor: 'a' };
    });
    const seen: number[] = [];
    const reading = (async () => {
      for await (const item of listing) {
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(item);
      }
    })();
    await expect(reading).rejects.toMatchObject({ kind: 'network' });
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it('gives each item once and in order to a reader that does not wait for the one before', async () => {
    const listing = createListing(pagesOf({ start: { items: [1, 2], cursor: 'a' }, a: { items: [], cursor: 'b' }, b: { items: [3] } }));
    const items = listing[Symbol.asyncIterator]();
    const results = await Promise.all(Array.from({ length: 5 }, () => items.next()));
    expect(results.map(({ done, value }) => (done === true ? 'end' : value))).toEqual([1, 2, 3, 'end', 'end']);
  });

  it('is over for good once it was left, or has failed', async () => {
    const fetchPage = pagesOf({ start: { items: [1, 2], cursor: 'a' }, a: { items: [3] } });
    const left = createListing(fetchPage)[Symbol.asyncIterator]();
    await left.next();
    await left.return?.();
    expect(await left.next()).toEqual({ done: true, value: undefined });
    const failing = createListing<number>(async () => {
      throw new FileSourceError('network', 'gone');
    })[Symbol.asyncIterator]();
    await expect(failing.next()).rejects.toMatchObject({ kind: 'network' });
    expect(await failing.next()).toEqual({ done: true, value: undefined });
  });

  it('leaves no listener on its signal', async () => {
    const stop = new AbortController();
    await collect(createListing(pagesOf({ start: { items: [1, 2], cursor: 'a' }, a: { items: [3] } }), { signal: stop.signal }));
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
  });

  it('is an error in place of an endless loop when a cursor repeats', async () => {
    const listing = createListing(pagesOf({ start: { items: [1], cursor: 'a' }, a: { items: [2], cursor: 'b' }, b: { items: [3], cursor: 'a' } }));
    await expect(collect(listing)).rejects.toMatchObject({ kind: 'vendor-protocol' });
  });

  it('stops between pages when its signal fires', async () => {
    const stop = new AbortController();
    const listing = createListing(async () => ({ items: [1], cursor: String(Math.random()) }), { signal: stop.signal });
    const reading = (async () => {
      for await (const item of listing) if (item === 1) stop.abort();
    })();
    await expect(reading).rejects.toMatchObject({ kind: 'aborted' });
  });
});
