import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { aroundCalls, createLimiter, FileSourceError, type Entry, type FetchedPage, type FetchOptions, type FileSource, type FileSourceOptions, type Layer, type SourceAdapter } from '@filesource/core';
import { createMemoryAdapter, createVirtualClock, createTestPorts, settle } from '@filesource/testkit';
import { collect, sourceOf } from './helpers.ts';

interface Vendor {
  readonly adapter: SourceAdapter;
  /** `page 3` for a page in its turn, `ahead 3` for one before it, in the order in which they were asked for. */
  readonly asked: string[];
  /** What was handed to `listPage` of what had come before its turn. */
  readonly came: unknown[];
  /** Pages that are held back when they are asked for before their turn. */
  readonly held: Map<number, () => void>;
}

const entry = (index: number): Entry => ({ kind: 'folder', id: `e${index}`, name: `e${index}`, modified: null, entryCount: null });

/** A folder of pages with one entry each. */
function vendorOf(
  pages: number,
  { isHeld = false, isVain = false, guess = (index: number) => index, fail }: { readonly isHeld?: boolean; readonly isVain?: boolean; readonly guess?: (index: number) => number; readonly fail?: (index: number) => Error | undefined } = {},
): Vendor {
  const asked: string[] = [];
  const came: unknown[] = [];
  const held = new Map<number, () => void>();
  const ahead = (index: number): NonNullable<FetchedPage<Entry>['ahead']>[number] => ({
    at: String(guess(index)),
    fetch: async ({ signal }) => {
      asked.push(`ahead ${index}`);
      const error = fail?.(index);
      if (error !== undefined) throw error;
      if (isHeld) {
        await new Promise<void>((resolve, reject) => {
          held.set(index, resolve);
          signal?.addEventListener('abort', () => reject(signal.reason));
        });
      }
      return `answer ${index}`;
    },
  });
  const listPage = async (_folder: string, options: FetchOptions): Promise<FetchedPage<Entry>> => {
    const index = Number(options.cursor ?? 0);
    if (options.prefetched === undefined) asked.push(`page ${index}`);
    else came.push(options.prefetched);
    const rest = Array.from({ length: Math.max(0, pages - index - 1) }, (_each, after) => index + 1 + after);
    return { items: [entry(index)], ...(index + 1 < pages ? { cursor: String(index + 1) } : {}), ...(options.readAhead === true ? { ahead: rest.map(ahead) } : {}), ...(isVain && options.prefetched !== undefined ? { prefetchMissed: true } : {}) };
  };
  return { adapter: { ...createMemoryAdapter({ folders: [] }), listPage }, asked, came, held };
}

function readerOf(source: FileSource): AsyncIterator<unknown> {
  return source.list('f').byPage({ readAhead: true })[Symbol.asyncIterator]();
}

describe('pages that are asked for before their turn', () => {
  it('are four beside the one whose turn it is, and are handed over in theirs', async () => {
    const { adapter, asked, came } = vendorOf(8);
    expect((await collect(sourceOf(adapter).list('f'))).map(({ id }) => id)).toEqual(['e0', 'e1', 'e2', 'e3', 'e4', 'e5', 'e6', 'e7']);
    expect(asked.slice(0, 6)).toEqual(['page 0', 'page 1', 'ahead 2', 'ahead 3', 'ahead 4', 'ahead 5']);
    expect(asked).toHaveLength(8);
    expect(came).toEqual(['answer 2', 'answer 3', 'answer 4', 'answer 5', 'answer 6', 'answer 7']);
  });

  it('are a caller\'s wish by page, and what they are is nobody\'s affair outside', async () => {
    const { adapter, asked } = vendorOf(4);
    const pages = await collect(sourceOf(adapter).list('f').byPage());
    expect(asked).toEqual(['page 0', 'page 1', 'page 2', 'page 3']);
    const ahead = await collect(sourceOf(adapter).list('f', { readAhead: true }).byPage());
    expect(ahead).toEqual(pages);
    expect(await collect(sourceOf(adapter).list('f', { readAhead: false }))).toHaveLength(4);
    expect(asked.filter((one) => one.startsWith('ahead'))).toEqual(['ahead 2', 'ahead 3']);
  });

  it('pass the layers as calls of their own, and are not repeated', async () => {
    const { adapter, asked } = vendorOf(4, { fail: () => new FileSourceError('vendor-failure', 'not now', { status: 'temporary' }) });
    const calls: string[] = [];
    const watching: Layer = { name: 'watching', wrap: (inner) => aroundCalls(inner, async ({ name }, run) => (calls.push(name), run(undefined))) };
    expect(await collect(sourceOf(adapter, { layers: [watching] }).list('f'))).toHaveLength(4);
    expect(calls.filter((name) => name === 'list-ahead')).toHaveLength(2);
    expect(asked.sort()).toEqual(['ahead 2', 'ahead 3', 'page 0', 'page 1', 'page 2', 'page 3']);
  });

  it('warn nobody when they fail: their turn comes', async () => {
    const { adapter } = vendorOf(3, { fail: () => new FileSourceError('vendor-failure', 'not now', { status: 'temporary' }) });
    const ports = createTestPorts();
    await collect(sourceOf(adapter, { ports }).list('f'));
    expect(ports.logged.filter(({ event }) => event.includes('ahead')).map(({ level, event }) => `${level} ${event}`)).toEqual(['debug source.list-ahead.failed']);
  });

  it('are waited for as long as their vendor asks for, before they are asked for in their turn', async () => {
    const { adapter, asked } = vendorOf(3, { fail: () => new FileSourceError('rate-limited', 'too often', { status: 'temporary', retryAfterMs: 5000 }) });
    const clock = createVirtualClock();
    const entries = collect(sourceOf(adapter, { ports: createTestPorts({ clock }) }).list('f'));
    await settle();
    await clock.advance(4900);
    expect(asked).toEqual(['page 0', 'page 1', 'ahead 2']);
    await clock.advance(200);
    expect(await entries).toHaveLength(3);
    expect(asked).toEqual(['page 0', 'page 1', 'ahead 2', 'page 2']);
  });

  it('have a time-out of their own, after which the page is asked for in its turn', async () => {
    const { adapter, asked } = vendorOf(3, { isHeld: true });
    const clock = createVirtualClock();
    const entries = collect(sourceOf(adapter, { ports: createTestPorts({ clock }), timeoutMs: 1000 }).list('f'));
    await settle();
    await clock.advance(1001);
    expect(await entries).toHaveLength(3);
    expect(asked).toEqual(['page 0', 'page 1', 'ahead 2', 'page 2']);
  });

  it('are given up when the reader leaves or the caller aborts', async () => {
    const leaves = async (options: Pick<FileSourceOptions, 'timeoutMs'>, leave: (reader: AsyncIterator<unknown>, stop: AbortController) => Promise<unknown>): Promise<readonly string[]> => {
      const { adapter, asked, held } = vendorOf(20, { isHeld: true });
      const aborted: string[] = [];
      const watching: Layer = {
        name: 'watching',
        wrap: (inner) => aroundCalls(inner, async ({ name, signal }, run) => run(signal).catch((error: FileSourceError) => (aborted.push(`${name} ${error.kind}`), Promise.reject(error)))),
      };
      const stop = new AbortController();
      const reader = sourceOf(adapter, { ...options, observers: [watching] }).list('f', { signal: stop.signal }).byPage({ readAhead: true })[Symbol.asyncIterator]();
      await reader.next();
      await reader.next();
      expect([asked.length, held.size]).toEqual([6, 4]);
      await leave(reader, stop);
      await turn();
      return aborted;
    };
    const four = Array.from({ length: 4 }, () => 'list-ahead aborted');
    expect(await leaves({}, async (reader) => reader.return?.())).toEqual(four);
    expect(await leaves({}, async (_reader, stop) => stop.abort())).toEqual(four);
  });

  it('are given up when the listing goes on elsewhere than was thought, so that the page whose turn it is need not wait for them', async () => {
    const { adapter, asked, held } = vendorOf(20, { isHeld: true });
    const guesses: SourceAdapter = {
      ...adapter,
      listPage: async (folder, options) => {
        const page: FetchedPage<Entry> = await adapter.listPage(folder, options);
        return { ...page, ahead: (page.ahead ?? []).map(({ fetch }, index) => ({ at: `${options.cursor ?? 0} ${index}`, fetch })) };
      },
    };
    const stopped: string[] = [];
    const watching: Layer = {
      name: 'watching',
      wrap: (inner) => aroundCalls(inner, async ({ name, signal }, run) => run(signal).catch((error: FileSourceError) => (stopped.push(`${name} ${error.kind}`), Promise.reject(error)))),
    };
    const reader = readerOf(sourceOf(guesses, { observers: [watching], limiter: createLimiter(4) }));
    await reader.next();
    await reader.next();
    expect(held.size).toBe(4);
    await reader.next();
    expect(asked).toContain('page 2');
    await turn();
    expect(stopped).toEqual(Array.from({ length: 4 }, () => 'list-ahead aborted'));
    await reader.return?.();
  });

  it('are sixteen of a source at most, whoever reads, and all are free again when the readers left', async () => {
    const { adapter, held } = vendorOf(20, { isHeld: true });
    const source = sourceOf(adapter, { limiter: (run) => run() });
    for (let round = 0; round < 3; round += 1) {
      held.clear();
      const readers = Array.from({ length: 6 }, () => readerOf(source));
      let open = 0;
      for (const reader of readers) {
        await reader.next();
        const before = held.size;
        held.clear();
        open += before;
        await reader.next();
      }
      open += held.size;
      expect(open).toBe(16);
      for (const reader of readers) await reader.return?.();
    }
  });

  it('cost nobody their place when a reader of items leaves', async () => {
    const { adapter, asked } = vendorOf(20);
    const source = sourceOf(adapter);
    for (let round = 0; round < 10; round += 1) {
      asked.length = 0;
      for await (const { id } of source.list('f')) if (id === 'e2') break;
      expect(asked.filter((one) => one.startsWith('ahead')).length).toBeGreaterThanOrEqual(4);
    }
  });

  it('are left alone for a while where the listing goes on elsewhere than was thought, and for longer each time', async () => {
    let wrong = 0;
    const { adapter, asked } = vendorOf(40, { guess: () => (wrong += 1) });
    expect(await collect(sourceOf(adapter).list('f'))).toHaveLength(40);
    const ahead = asked.filter((one) => one.startsWith('ahead'));
    expect(ahead.length).toBeGreaterThan(4);
    expect(ahead.length).toBeLessThanOrEqual(4 * 5);
  });

  it.each([
    ['fail', { fail: () => new FileSourceError('vendor-failure', 'not now', { status: 'temporary' }) }],
    ['fail before there is a promise', { fail: () => undefined, guess: (index: number) => index }],
    ['come in vain', { isVain: true }],
  ])('are left alone for a while where they %s', async (how, behaviour) => {
    const { adapter, asked, came } = vendorOf(200, behaviour);
    const throwing: SourceAdapter = {
      ...adapter,
      listPage: async (folder, options) => {
        const page: FetchedPage<Entry> = await adapter.listPage(folder, options);
        const fetch = (): never => {
          asked.push('ahead');
          throw new Error('at once');
        };
        return { ...page, ahead: (page.ahead ?? []).map(({ at }) => ({ at, fetch })) };
      },
    };
    const pages = await collect(sourceOf(how.includes('promise') ? throwing : adapter).list('f').byPage({ readAhead: true }));
    expect(pages).toHaveLength(200);
    expect(Object.keys(pages[0] ?? {}).sort()).toEqual(['cursor', 'items']);
    const ahead = asked.filter((one) => one.startsWith('ahead'));
    expect(ahead.length).toBeLessThanOrEqual(8 * 5);
    expect(came.length).toBeLessThanOrEqual(8);
  });

  it('are asked for no more once the vendor says that it is asked too often', async () => {
    const { adapter, asked } = vendorOf(60, { fail: () => new FileSourceError('rate-limited', 'one at a time', { status: 'temporary' }) });
    expect(await collect(sourceOf(adapter).list('f'))).toHaveLength(60);
    expect(asked.filter((one) => one.startsWith('ahead'))).toEqual(['ahead 2', 'ahead 3', 'ahead 4', 'ahead 5']);
  });

  it.each(['yes', 1, null])('are refused to a wish that is %p', async (readAhead) => {
    const { adapter, asked } = vendorOf(2);
    await expect(collect(sourceOf(adapter).list('f').byPage({ readAhead: readAhead as unknown as boolean }))).rejects.toMatchObject({ kind: 'invalid-argument' });
    expect(asked).toEqual([]);
  });
});
