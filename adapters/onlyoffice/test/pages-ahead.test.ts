import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { createFileSource, createLimiter, type Entry, type PageOptions } from '@filesource/core';
import { createHttpClient } from '@filesource/http';
import { createTestPorts, createVirtualClock, realClock } from '@filesource/testkit';
import fc from 'fast-check';
import { onlyoffice } from '../src/index.ts';
import { errorOf, makeSource } from './make-source.ts';
import { docspace, scriptStarter, type Answer, type Asked, type Told } from './script-server.ts';

const portal = scriptStarter();

const start = ({ query }: Asked): number => Number(query.get('startIndex'));
const files = (ids: readonly number[]): unknown[] => ids.map((id) => ({ id, title: `f${id}.txt`, folderId: 7, version: 1, versionGroup: 1, pureContentLength: 5 }));
const numbers = (count: number, from = 1): number[] => Array.from({ length: count }, (_each, index) => from + index);

/** The part of a folder that was asked for, of a portal that sends so many entries at most. */
function page(ids: readonly number[], one: Asked, most = 10): Told {
  return docspace({ files: files(ids.slice(start(one), start(one) + most)), folders: [], current: { id: 7, title: 'd' }, startIndex: start(one), count: Math.min(most, ids.length - start(one)), total: ids.length });
}

async function idsOf(url: string, options: PageOptions = {}, config: Readonly<Record<string, unknown>> = {}): Promise<number[]> {
  const ids: number[] = [];
  for await (const entry of makeSource({ baseUrl: url, ...config }).source.list('7', { pageSize: 10, ...options })) ids.push(Number(entry.id));
  return ids;
}

/** A folder whose answers wait until so many of them are asked for, or for so many turns of 5 ms where nothing more comes. */
function held(ids: readonly number[], most: number, mostTurns = 400): { readonly answer: Answer; readonly atOnce: () => number } {
  let inFlight = 0;
  let atOnce = 0;
  const answer: Answer = async (one) => {
    inFlight += 1;
    atOnce = Math.max(atOnce, inFlight);
    const isEnough = (): boolean => atOnce >= most;
    for (let turns = 0; start(one) > 0 && !isEnough() && turns < mostTurns; turns += 1) await wait(5);
    inFlight -= 1;
    return page(ids, one);
  };
  return { answer, atOnce: () => atOnce };
}

describe('pages of a folder that is read to its end', () => {
  test('are asked for five at once, each of them once', async () => {
    const { answer, atOnce } = held(numbers(200), 5);
    const { url, asked } = await portal(answer);
    expect(await idsOf(url)).toEqual(numbers(200));
    expect(asked.map(start).sort((a, b) => a - b)).toEqual(numbers(20, 0).map((index) => index * 10));
    expect(atOnce()).toBe(5);
  });

  test('are asked for one by one where the source allows one call at once', async () => {
    const { answer, atOnce } = held(numbers(100), 2, 10);
    const { url, asked } = await portal(answer);
    const ports = createTestPorts({ http: createHttpClient({ clock: realClock }), clock: realClock });
    const provider = onlyoffice.providers['onlyoffice']!;
    const adapter = provider.create(provider.configSchema.parse({ baseUrl: url, apiKey: 'sk-0123456789abcdef' }), { name: 'documents', ports });
    const source = createFileSource({ name: 'documents', provider: 'onlyoffice', adapter, ports, limiter: createLimiter(1) });
    const entries: Entry[] = [];
    for await (const entry of source.list('7', { pageSize: 10 })) entries.push(entry);
    expect(entries).toHaveLength(100);
    expect([atOnce(), asked.length]).toEqual([1, 10]);
  });

  test('are not asked for before a second one is wanted', async () => {
    const { url, asked } = await portal((one) => page(numbers(200), one));
    for await (const entry of makeSource({ baseUrl: url }).source.list('7', { pageSize: 10 })) if (entry.id === '4') break;
    await wait(20);
    expect(asked.map(start)).toEqual([0]);
  });

  test('come one by one where nobody said that it is read to its end', async () => {
    const { answer, atOnce } = held(numbers(40), 2, 10);
    const { url } = await portal(answer);
    const ids: string[] = [];
    for await (const { items } of makeSource({ baseUrl: url }).source.list('7', { pageSize: 10 }).byPage()) ids.push(...items.map(({ id }) => id));
    expect(ids).toEqual(numbers(40).map(String));
    expect(atOnce()).toBe(1);
  });

  test('that fail before their turn are asked for again when it comes', async () => {
    const failed = new Set<number>();
    const { url, asked } = await portal((one) => {
      if (start(one) < 30 || failed.has(start(one))) return page(numbers(80), one);
      failed.add(start(one));
      return { status: 503, body: '' };
    });
    expect(await idsOf(url, {}, { maxAttempts: 2 })).toEqual(numbers(80));
    expect(asked).toHaveLength(8 + 5);
  });

  test('that show only when they are read that they are none are asked for again', async () => {
    const broken = new Set<number>();
    const { url, asked } = await portal((one) => {
      if (start(one) < 30 || broken.has(start(one))) return page(numbers(80), one);
      broken.add(start(one));
      return { status: 200, body: `{"response":{"files":[${'{"id":1,"title":"cut"},'.repeat(400)}` };
    });
    expect(await idsOf(url, {}, { maxAttempts: 2 })).toEqual(numbers(80));
    // Those that were ahead when the first one was read, and no more.
    expect(asked.length).toBeGreaterThan(8 + 1);
    expect(asked.length).toBeLessThanOrEqual(8 + 5);
  });

  test('fail by name when the portal fails for good', async () => {
    const { url } = await portal((one) => (start(one) < 30 ? page(numbers(80), one) : { status: 503, body: '' }));
    expect(await errorOf(idsOf(url))).toMatchObject({ kind: 'vendor-failure', httpStatus: 503 });
  });

  test('are asked for where they begin at a portal that sends fewer than it is asked for', async () => {
    const { url, asked } = await portal((one) => page(numbers(45), one, 7));
    expect(await idsOf(url)).toEqual(numbers(45));
    expect(asked.map(start).sort((a, b) => a - b)).toEqual([0, 7, 14, 21, 28, 35, 42]);
  });

  test('are soon asked for one by one where nobody can know where they begin', async () => {
    const { url, asked } = await portal((one) => {
      const ids = numbers(2000).slice(start(one), start(one) + 10).filter((id) => id % 10 < 5 + (Math.floor(id / 10) % 4));
      return docspace({ files: files(ids), folders: [], current: { id: 7, title: 'd' }, startIndex: start(one), count: ids.length, total: 2000 });
    });
    const oneByOne = async (): Promise<number> => {
      const before = asked.length;
      await idsOf(url, { readAhead: false }, { hiddenEntries: 'accept' });
      return asked.length - before;
    };
    const needed = await oneByOne();
    const before = asked.length;
    expect(await idsOf(url, {}, { hiddenEntries: 'accept' })).toEqual(await idsOf(url, { readAhead: false }, { hiddenEntries: 'accept' }));
    expect(asked.length - before - needed).toBeLessThan(needed * 1.2);
  });

  test.each(['fail', 'accept'])('that begin elsewhere are asked for again at a portal that tells where a page begins (hiddenEntries: %s)', async (hiddenEntries) => {
    let wrong = 0;
    const { url } = await portal((one) => {
      if (start(one) !== 30 || wrong > 0) return page(numbers(80), one);
      wrong += 1;
      return docspace({ files: files(numbers(9)), folders: [], current: { id: 7, title: 'd' }, startIndex: 0, count: 9, total: 80 });
    });
    expect(await idsOf(url, {}, { maxAttempts: 2, hiddenEntries })).toEqual(numbers(80));
    expect(wrong).toBe(1);
  });

  test('cost few requests more where the folder changes all the time', async () => {
    let now = 600;
    const { url, asked } = await portal((one) => page(numbers((now += 1)), one));
    expect((await idsOf(url)).slice(0, 600)).toEqual(numbers(600));
    expect(asked.length).toBeLessThan(60 * 1.6);
  });

  test('are asked for after the page whose turn it is', async () => {
    const { url, asked } = await portal((one) => page(numbers(100), one));
    const { source } = makeSource({ baseUrl: url });
    for await (const { id } of source.list('7', { pageSize: 10 })) if (id === '11') break;
    expect(asked.slice(0, 2).map(start)).toEqual([0, 10]);
  });

  test('that are half a minute old are asked for again', async () => {
    const { url, asked } = await portal((one) => page(numbers(60), one));
    const clock = createVirtualClock();
    const entries: Entry[] = [];
    const listing = makeSource({ baseUrl: url }, { clock }).source.list('7', { pageSize: 10 }).byPage({ readAhead: true });
    for await (const { items } of listing) {
      entries.push(...items);
      while (entries.length === 20 && asked.length < 6) await wait(1);
      await wait(20);
      if (entries.length === 20) await clock.advance(31_000);
    }
    expect(entries.map(({ id }) => Number(id))).toEqual(numbers(60));
    expect(asked.map(start).sort((a, b) => a - b)).toEqual([0, 10, 20, 20, 30, 30, 40, 40, 50, 50]);
  });

  test.each(['accept', 'fail'])('that came are not believed after one before them had to be asked for again (hidden entries: %s)', async (hiddenEntries) => {
    const ids = numbers(80);
    let now = ids;
    let hasFailed = false;
    const { url } = await portal(async (one) => {
      if (start(one) !== 20) return page(now, one);
      if (hasFailed) return page(now, one);
      hasFailed = true;
      await wait(30);
      // Somebody saves a document, which is listed first from now on.
      now = [75, ...ids.filter((id) => id !== 75)];
      return { status: 503, body: '' };
    });
    const read = await idsOf(url, {}, { hiddenEntries }).catch(() => ids);
    expect(ids.filter((id) => id !== 75 && !read.includes(id))).toEqual([]);
  });

  test('are given up with the listing', async () => {
    let given = 0;
    const { url } = await portal(async (one) => {
      if (start(one) > 10) await wait(60_000, undefined, { ref: false });
      given += 1;
      return page(numbers(200), one);
    });
    const { source } = makeSource({ baseUrl: url });
    for await (const entry of source.list('7', { pageSize: 10 })) if (entry.id === '12') break;
    await source.close();
    expect(given).toBe(2);
  });
});

describe.each([
  ['page by page', false],
  ['with pages asked for before their turn', true],
])('a folder that changes while it is read %s', (_how, readAhead) => {
  const ids = numbers(73);

  /** Changes before some of the answers, which take their time one by one. */
  async function readWhile(change: (ids: number[], at: number) => number[], turns: readonly boolean[], waits: readonly number[]): Promise<number[]> {
    let now = [...ids];
    let answers = 0;
    const { url } = await portal(async (one) => {
      const index = (answers += 1);
      await wait(waits[index % waits.length]);
      if (turns[index % turns.length] && answers < 40) now = change(now, index);
      return page(now, one);
    });
    return idsOf(url, { readAhead });
  }
  const waits = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 12 });
  const turns = fc.array(fc.boolean(), { minLength: 2, maxLength: 9 }).filter((all) => all.includes(false));

  test('loses nothing where entries come in front', async () => {
    await fc.assert(
      fc.asyncProperty(turns, waits, async (when, each) => {
        const read = await readWhile((now, at) => [1000 + at, ...now], when, each);
        expect(read.filter((id) => id < 1000).sort((a, b) => a - b)).toEqual(ids);
      }),
      { numRuns: 20 },
    );
  });

  test('loses nothing that stays where entries go', async () => {
    await fc.assert(
      fc.asyncProperty(turns, waits, fc.integer({ min: 0, max: 30 }), async (when, each, place) => {
        const gone = new Set<number>();
        const read = await readWhile(
          (now) => {
            const [out] = now.splice(Math.min(place, now.length - 1), 1);
            if (out !== undefined) gone.add(out);
            return now;
          },
          when,
          each,
        );
        expect(new Set(read).size).toBe(read.length);
        expect(ids.filter((id) => !gone.has(id) && !read.includes(id))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});
