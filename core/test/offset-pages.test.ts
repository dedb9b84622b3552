import { describe, expect, it } from '@jest/globals';
import { pagesFrom, PrefetchedAnswers, type Clock, type Entry, type FetchedPage, type FetchOptions } from '@filesource/core';
import { createMemoryAdapter, createTestPorts, createVirtualClock } from '@filesource/testkit';
import { collect, sourceOf } from './helpers.ts';

interface Answer {
  readonly entries: readonly Entry[];
  readonly total: number;
}

type AskVendor = (folder: string, offset: number, count: number, signal: AbortSignal | undefined) => Promise<Answer>;

// #region list-page
const prefetchedAnswers = new PrefetchedAnswers<Answer>();

/** `clock` is that of `ports`; the cursor is the offset, and the total that the page before it told. */
async function listPage(askVendor: AskVendor, clock: Clock, folder: string, options: FetchOptions): Promise<FetchedPage<Entry>> {
  const { cursor = '0', pageSize = 100, readAhead = false, prefetched, signal } = options;
  const [offset = 0, totalBefore] = cursor.split(' ').map(Number);
  const question = (start: number): string => `${start} ${pageSize}`;
  const early = prefetchedAnswers.answerTo(question(offset), prefetched, clock);
  const fits = early !== undefined && early.total === totalBefore;
  const { entries, total } = fits ? early : await askVendor(folder, offset, pageSize, signal);
  const start = offset + entries.length;
  const fetch = (at: number, until: AbortSignal | undefined): Promise<unknown> => prefetchedAnswers.ask(question(at), clock, () => askVendor(folder, at, pageSize, until));
  const hasMore = entries.length > 0 && start < total;
  return {
    items: entries,
    total,
    ...(hasMore ? { cursor: `${start} ${total}` } : {}),
    ...(hasMore && readAhead ? { ahead: pagesFrom({ start, step: entries.length, total, fetch }) } : {}),
    ...(prefetched !== undefined && !fits ? { prefetchMissed: true } : {}),
  };
}
// #endregion

const numbers = (count: number): string[] => Array.from({ length: count }, (_each, index) => String(index));
const entryOf = (id: string): Entry => ({ kind: 'folder', id, name: id, modified: null, entryCount: null });

describe('an adapter of a vendor whose pages begin at an offset', () => {
  it('is asked for each page once, five at a time', async () => {
    let [running, most] = [0, 0];
    const offsets: number[] = [];
    const askVendor: AskVendor = async (_folder, offset, count) => {
      offsets.push(offset);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return { entries: numbers(95).slice(offset, offset + count).map(entryOf), total: 95 };
    };
    const ports = createTestPorts({ clock: createVirtualClock() });
    const source = sourceOf({ ...createMemoryAdapter({ folders: [] }), listPage: (folder, options) => listPage(askVendor, ports.clock, folder, options) }, { ports });
    expect((await collect(source.list('f', { pageSize: 10 }))).map(({ id }) => id)).toEqual(numbers(95));
    expect([offsets.sort((a, b) => a - b), most]).toEqual([[0, 10, 20, 30, 40, 50, 60, 70, 80, 90], 5]);
  });

  it('asks again for a page whose total is not that of the page before it', async () => {
    const offsets: number[] = [];
    let ids = numbers(40);
    const askVendor: AskVendor = async (_folder, offset, count) => {
      offsets.push(offset);
      if (offsets.length === 3) ids = ['new', ...ids];
      return { entries: ids.slice(offset, offset + count).map(entryOf), total: ids.length };
    };
    const ports = createTestPorts();
    const source = sourceOf({ ...createMemoryAdapter({ folders: [] }), listPage: (folder, options) => listPage(askVendor, ports.clock, folder, options) }, { ports });
    const found = (await collect(source.list('f', { pageSize: 10 }))).map(({ id }) => id);
    expect(numbers(40).filter((id) => !found.includes(id))).toEqual([]);
    expect(offsets.filter((offset) => offset === 20)).toHaveLength(2);
  });
});
