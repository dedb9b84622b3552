import { describe, expect, test } from '@jest/globals';
import type { Clock, PageOptions } from '@filesource/core';
import { docspace, docspaceError, scriptStarter, workspace, type Answer, type Asked, type Told } from './script-server.ts';
import { errorOf, makeSource } from './make-source.ts';

const portal = scriptStarter();

const file = (id: number): Readonly<Record<string, unknown>> => ({ id, title: `f${id}.txt`, folderId: 7, version: 1, versionGroup: 1, contentLength: '5 bytes', pureContentLength: 5, updated: '2026-03-01T09:30:00.0000000+01:00' });
const folder = (id: number): Readonly<Record<string, unknown>> => ({ id, title: `d${id}`, parentId: 7, updated: '2026-03-01T09:30:00.0000000Z' });
const many = (count: number, from = 1): Readonly<Record<string, unknown>>[] => Array.from({ length: count }, (_each, index) => file(from + index));

const start = ({ query }: Asked): number => Number(query.get('startIndex'));
const count = ({ query }: Asked): number => Number(query.get('count'));

function contents(files: readonly unknown[], more: Readonly<Record<string, unknown>> = {}): Told {
  return docspace({ files, folders: [], current: folder(7), startIndex: 0, count: files.length, new: 0, ...more });
}

async function readIds(answer: Answer, config: Readonly<Record<string, unknown>>, options: PageOptions, ids: string[]): Promise<string[]> {
  const { url } = await portal(answer);
  for await (const entry of makeSource({ baseUrl: url, ...config }).source.list('7', options)) ids.push(entry.id);
  return ids;
}

const numbers = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_each, index) => String(from + index));

describe.each([
  ['page by page', false],
  ['with pages asked for before their turn', true],
])('list, %s', (_how, readAhead) => {
  const idsOf = (answer: Answer, config: Readonly<Record<string, unknown>> = {}, pageSize?: number, ids: string[] = []): Promise<string[]> =>
    readIds(answer, config, { readAhead, ...(pageSize === undefined ? {} : { pageSize }) }, ids);

  test('gives folders before files, with what the vendor tells of them', async () => {
    const { url, asked } = await portal(() => docspace({ files: [file(5)], folders: [folder(3)], current: folder(7), startIndex: 0, count: 2, total: 2 }));
    const entries = [];
    for await (const entry of makeSource({ baseUrl: url }).source.list('7', { readAhead })) entries.push(entry);
    expect(entries).toEqual([
      { kind: 'folder', id: '3', name: 'd3', modified: new Date('2026-03-01T09:30:00Z'), entryCount: null, ref: 'documents:3' },
      { kind: 'file', folder: '7', id: '5', name: 'f5.txt', size: 5, mediaType: 'text/plain', modified: new Date('2026-03-01T08:30:00Z'), validator: expect.any(String), ref: 'documents:7/5' },
    ]);
    expect([...asked[0]!.query.keys()].sort()).toEqual(['count', 'startIndex']);
  });

  test('goes over many pages, the last one full', async () => {
    const all = many(300);
    const { url, asked } = await portal((one) => contents(all.slice(start(one), start(one) + count(one)), { total: 300, startIndex: start(one) }));
    const ids = [];
    for await (const entry of makeSource({ baseUrl: url }).source.list('7', { readAhead })) ids.push(entry.id);
    expect(ids).toEqual(numbers(1, 300));
    expect(asked.map((one) => [start(one), count(one)]).sort()).toEqual([[0, 100], [100, 100], [200, 100]]);
  });

  test.each([
    ['the entries of the page', (rows: number) => ({ total: rows, count: undefined })],
    ['fewer than come', () => ({ total: 150 })],
  ])('reads to the end where the total is the number of %s', async (_name, told) => {
    const all = many(330);
    expect(await idsOf((one) => {
      const page = all.slice(start(one), start(one) + count(one));
      return contents(page, { ...told(page.length), startIndex: start(one) });
    })).toEqual(numbers(1, 330));
  });

  test('asks once for a folder that fills its page, where the portal tells how many entries the page has and how many the folder', async () => {
    const { url, asked } = await portal(() => contents(many(100), { total: 100 }));
    const ids: string[] = [];
    for await (const entry of makeSource({ baseUrl: url }).source.list('7', { readAhead })) ids.push(entry.id);
    expect([ids.length, asked.length]).toEqual([100, 1]);
  });

  test('ends where a total grows for ever and no entry comes', async () => {
    const seen: string[] = [];
    const reading = idsOf((one) => contents(start(one) === 0 ? many(100) : [], { total: start(one) + 1000, startIndex: start(one) }), {}, undefined, seen);
    expect(await errorOf(reading)).toMatchObject({ kind: 'vendor-protocol', message: expect.stringContaining('1000 pages with none') });
    expect(seen).toHaveLength(100);
  });

  test('asks a Workspace for up to 1000 at once, when told that it is one', async () => {
    const { url, asked } = await portal(() => workspace({ files: [], folders: [], total: 0 }));
    for await (const entry of makeSource({ baseUrl: url, generation: 'workspace' }).source.list('7', { readAhead })) throw new Error(entry.id);
    expect(count(asked[0]!)).toBe(1000);
  });

  test('takes the contents of another folder for none of the one that it asked for', async () => {
    const answer = (id: number): Told => contents([file(id)], { current: folder(id), total: 1 });
    expect(await errorOf(idsOf(() => answer(8)))).toMatchObject({ kind: 'vendor-protocol', message: 'asked for the folder 7, the portal listed 8' });
    let asked = 0;
    expect(await idsOf(() => answer((asked += 1) === 1 ? 8 : 7), { maxAttempts: 2 })).toEqual(['7']);
  });

  test('takes ids as texts, as a Workspace may send them', async () => {
    expect(await idsOf(() => workspace({ files: [{ ...file(5), id: '5', folderId: '7' }], folders: [{ ...folder(3), id: 'sbox-1-|x' }], total: '2' }))).toEqual(['sbox-1-|x', '5']);
  });

  test('names what is missing where a page stays empty, after all that there is', async () => {
    const all = many(30);
    const seen: string[] = [];
    const reading = idsOf((one) => contents(start(one) === 10 ? [] : all.slice(start(one), start(one) + 10), { total: 30 }), {}, 10, seen);
    expect(await errorOf(reading)).toMatchObject({ kind: 'vendor-protocol', message: expect.stringContaining('announces 30 entries and lists 20'), advice: expect.stringContaining('hiddenEntries') });
    expect(seen).toEqual([...numbers(1, 10), ...numbers(21, 30)]);
  });

  test.each([{ total: 5, files: [], folders: [] }, { total: 5, files: many(2), folders: [] }])('never takes a folder for whole that announces more than it lists: %j', async (answer) => {
    const reading = idsOf((one) => docspace(start(one) === 0 ? answer : { ...answer, files: [] }));
    expect(await errorOf(reading)).toMatchObject({ kind: 'vendor-protocol', message: expect.stringContaining('announces 5 entries') });
  });

  test.each([{}, { a: { b: 1 } }, { files: null, folders: null }, []])('takes no answer for an empty folder that shows none: %j', async (response) => {
    expect(await errorOf(idsOf(() => docspace(response)))).toMatchObject({ kind: 'vendor-protocol' });
  });

  test('loses nothing to a portal that gives fewer than asked for', async () => {
    const all = many(45);
    expect(await idsOf((one) => contents(all.slice(start(one), start(one) + 7), { total: 45 }), {}, 20)).toEqual(numbers(1, 45));
  });

  test('accepts what a portal hides after paging where the config says so, and repeats nothing', async () => {
    const all = many(60);
    expect(await idsOf((one) => contents(all.slice(start(one), start(one) + 10).filter(({ id }) => Number(id) % 3 > 0), { total: 60 }), { hiddenEntries: 'accept' }, 10)).toEqual(numbers(1, 60).filter((id) => Number(id) % 3 > 0));
  });

  test('gives an entry once that moved to the next page meanwhile', async () => {
    let all = many(20);
    const answer: Answer = (one) => {
      const page = all.slice(start(one), start(one) + 10);
      all = [file(99), ...all];
      return contents(page, { total: all.length - 1 });
    };
    const ids = await idsOf(answer, {}, 10);
    expect(ids.filter((id) => id !== '99')).toEqual(numbers(1, 20));
  });

  test('asks again for a page that came empty, and believes it then', async () => {
    const all = many(30);
    for (const empty of [0, 10, 20]) {
      let answers = 0;
      const glitch: Answer = (one) => contents(start(one) === empty && (answers += 1) === 1 ? [] : all.slice(start(one), start(one) + 10), { total: 30 });
      expect(await idsOf(glitch, {}, 10)).toEqual(numbers(1, 30));
    }
  });

  test('asks again for a last page that came as the page before it', async () => {
    const all = many(25);
    // One that comes before its turn does not fit its own total.
    for (const wrong of [1, readAhead ? 3 : 2]) {
      let answers = 0;
      const repeated: Answer = (one) => {
        const at = start(one) === 20 && (answers += 1) <= wrong ? 10 : start(one);
        return contents(all.slice(at, at + 10), { total: 25 });
      };
      const ids = idsOf(repeated, {}, 10);
      if (wrong === 1) expect(await ids).toEqual(numbers(1, 25));
      else expect(await errorOf(ids)).toMatchObject({ kind: 'vendor-protocol' });
    }
  });

  test('is complete, or fails by name, when an earlier page comes again', async () => {
    const all = many(45);
    for (const at of [10, 20, 30, 40]) {
      let answers = 0;
      const again: Answer = (one) => {
        const from = start(one) === at && (answers += 1) === 1 ? 0 : start(one);
        return contents(all.slice(from, from + 10), { total: 45 });
      };
      expect(await idsOf(again, {}, 10)).toEqual(numbers(1, 45));
    }
  });

  test('goes back by as much as the folder has shrunk', async () => {
    let all = many(40);
    let pages = 0;
    const shrinking: Answer = (one) => {
      pages += 1;
      if (pages === 2) all = all.slice(4);
      return contents(all.slice(start(one), start(one) + 10), { total: all.length });
    };
    expect(await idsOf(shrinking, {}, 10)).toEqual(numbers(1, 40));
  });

  test.each([0, 5])('does not believe a total of %s that is less than what came', async (total) => {
    const all = many(25);
    expect(await idsOf((one) => contents(all.slice(start(one), start(one) + 10), { total }), {}, 10)).toEqual(numbers(1, 25));
  });

  test('ends without a total', async () => {
    const all = many(25);
    expect(await idsOf((one) => contents(all.slice(start(one), start(one) + 10)), {}, 10)).toEqual(numbers(1, 25));
  });

  test('ends when a portal without a total ignores the start', async () => {
    expect(await idsOf(() => contents(many(5)), {}, 10)).toEqual(numbers(1, 5));
  });

  test('ends when a portal without a total ignores the start and tells it all the same, also where entries may be hidden', async () => {
    let answers = 0;
    const deaf: Answer = (one) => {
      answers += 1;
      return answers > 50 ? { status: 500, body: '' } : contents(many(5), { startIndex: start(one), total: undefined, count: undefined });
    };
    expect(await idsOf(deaf, { hiddenEntries: 'accept' }, 10)).toEqual(numbers(1, 5));
  });

  test('fails, and repeats nothing, when the portal sends the same page for ever', async () => {
    const { url, asked } = await portal(() => contents(many(10), { total: 100 }));
    const ids: string[] = [];
    const read = async (): Promise<void> => {
      for await (const entry of makeSource({ baseUrl: url }).source.list('7', { pageSize: 10, readAhead })) ids.push(entry.id);
    };
    expect(await errorOf(read())).toMatchObject({ kind: 'vendor-protocol', message: expect.stringContaining('the same page') });
    expect(ids).toEqual(numbers(1, 10));
    expect(asked.length).toBeLessThanOrEqual(readAhead ? 7 : 3);
  });

  test('asks once more for a page that came before, and fails when it comes again', async () => {
    const all = many(25);
    const repeating = (times: number): Answer => (one) => {
      const from = start(one) === 10 && times > 0 ? 0 : start(one);
      if (start(one) === 10) times -= 1;
      return contents(all.slice(from, from + 10), { total: 25 });
    };
    expect(await idsOf(repeating(1), {}, 10)).toEqual(numbers(1, 25));
    expect(await errorOf(idsOf(repeating(2), {}, 10))).toMatchObject({ kind: 'vendor-protocol' });
  });

  test('does not take another page for the one that it asked for', async () => {
    const all = many(25);
    let lies = 1;
    const answer: Answer = (one) => {
      const from = start(one) + (start(one) === 0 && lies-- > 0 ? 10 : 0);
      return contents(all.slice(from, from + 10), { total: 25, startIndex: from });
    };
    expect(await idsOf(answer, { maxAttempts: 2 }, 10)).toEqual(numbers(1, 25));
  });

  test('fails when full pages add up to less than the total', async () => {
    const all = many(40);
    const answer: Answer = (one) => contents(all.slice(start(one) === 0 ? 10 : start(one), start(one) === 0 ? 20 : start(one) + 10), { total: 40 });
    expect(await errorOf(idsOf(answer, {}, 10))).toMatchObject({ kind: 'vendor-protocol' });
  });

  test('a cursor goes on in another source, and a made-up one is refused', async () => {
    const all = many(30);
    const { url } = await portal((one) => contents(all.slice(start(one), start(one) + count(one)), { total: 30 }));
    let cursor = '';
    for await (const page of makeSource({ baseUrl: url }).source.list('7', { pageSize: 10 }).byPage()) {
      cursor = page.cursor ?? '';
      expect(page.total).toBe(30);
      break;
    }
    const ids = [];
    for await (const entry of makeSource({ baseUrl: url }).source.list('7', { pageSize: 10, cursor })) ids.push(entry.id);
    expect(ids).toEqual(numbers(11, 30));
    const read = async (): Promise<void> => {
      for await (const entry of makeSource({ baseUrl: url }).source.list('7', { cursor: 'nonsense' })) throw new Error(entry.id);
    };
    expect(await errorOf(read())).toMatchObject({ kind: 'invalid-argument' });
  });

  test.each([
    ['@my', '/api/2.0/files/@my'],
    ['@rooms', '/api/2.0/files/rooms'],
    ['sbox-1-|a b', '/api/2.0/files/sbox-1-%7Ca%20b'],
    ['drive-3', '/api/2.0/files/drive-3'],
  ])('%s is listed at %s', async (id, path) => {
    const { url, asked } = await portal(() => contents([], { total: 0 }));
    for await (const entry of makeSource({ baseUrl: url }).source.list({ folder: id })) throw new Error(entry.id);
    expect(asked[0]!.path).toBe(path);
  });

  test('@root gives the sections as folders', async () => {
    const { url } = await portal(() => docspace([{ files: [file(1)], folders: [], current: folder(3) }, { current: folder(4) }, {}]));
    const entries = [];
    for await (const entry of makeSource({ baseUrl: url }).source.list('@root')) entries.push(`${entry.kind} ${entry.id}`);
    expect(entries).toEqual(['folder 3', 'folder 4']);
  });

  test.each(['0', '-3', 'abc', '@nonsense', '1.5', '@constructor', '../admin', '12 34'])('%j is no folder, and nothing is sent', async (id) => {
    const { url, asked } = await portal(() => contents([]));
    const read = async (): Promise<void> => {
      for await (const entry of makeSource({ baseUrl: url }).source.list({ folder: id })) throw new Error(entry.id);
    };
    expect(await errorOf(read())).toMatchObject({ kind: 'invalid-argument' });
    expect(asked).toEqual([]);
  });
});

describe('sizes', () => {
  test.each([
    ['told', { pureContentLength: 12 }, 12],
    ['told as text', { pureContentLength: '12' }, 12],
    ['left out by DocSpace', { pureContentLength: undefined, contentLength: undefined }, 0],
    ['empty by its text', { pureContentLength: undefined, contentLength: '0 bytes' }, 0],
    ['empty by its German text', { pureContentLength: null, contentLength: '0,00 Byte' }, 0],
    ['not told', { pureContentLength: null, contentLength: '12.5 KB' }, null],
    ['of a connected account', { pureContentLength: undefined, contentLength: undefined, providerItem: true }, null],
    ['below zero', { pureContentLength: -1 }, null],
  ])('%s', async (_name, members, size) => {
    const { url } = await portal(() => contents([{ ...file(5), ...members }], { total: 1 }));
    for await (const entry of makeSource({ baseUrl: url }).source.list('7')) expect(entry).toMatchObject({ size });
    expect.assertions(1);
  });
});

describe('answers in another spelling', () => {
  const page = (of: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({ files: [{ ...file(5), ...of }], folders: [folder(3)], current: folder(7), startIndex: 0, count: 2, total: 2 });
  const read = async (told: Told): Promise<readonly unknown[]> => {
    const { url } = await portal(() => told);
    const entries: unknown[] = [];
    for await (const entry of makeSource({ baseUrl: url }).source.list('7')) entries.push(entry);
    return entries;
  };

  test('a byte order mark before the JSON is no part of it', async () => {
    expect(await read({ body: `\uFEFF${JSON.stringify(docspace(page({})).json)}` })).toHaveLength(2);
  });

  test.each<[string, Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]>([
    ['a name that is a number', { title: 2024 }, { name: '2024', size: 5 }],
    ['a date that is a number', { updated: 1_725_272_069 }, { name: 'f5.txt', size: 5, modified: null }],
    ['a date that is an object', { updated: {} }, { modified: null }],
    ['versions that are nothing', { version: '', versionGroup: [] }, { size: 5 }],
    ['truth in capitals', { providerItem: 'True' }, { size: 5 }],
    ['truth as a number', { providerItem: 1, pureContentLength: null, contentLength: '' }, { size: null }],
    ['a size in words that is a number', { contentLength: 5, pureContentLength: null }, { size: null }],
    ['a size that is no number', { contentLength: '', pureContentLength: 'unknown' }, { size: null }],
  ])('%s costs no folder its listing', async (_name, of, expected) => {
    expect((await read(docspace(page(of))))[1]).toMatchObject({ id: '5', ...expected });
  });
});

test('a portal that is asked too often, and does not say for how long, is waited for as long as its limiter counts', async () => {
  let nowMs = 0;
  const clock: Clock = { now: () => nowMs, sleep: (ms) => (ms >= 600_000 ? new Promise(() => undefined) : Promise.resolve(void (nowMs += ms))) };
  const { url } = await portal(() => (nowMs < 55_000 ? { status: 429, body: '' } : contents([file(5)])));
  const ids: string[] = [];
  for await (const entry of makeSource({ baseUrl: url, maxAttempts: 4 }, { clock }).source.list('7')) ids.push(entry.id);
  expect(ids).toEqual(['5']);
});

describe('answers that are no listing', () => {
  const stack = docspaceError(404, 'The required folder was not found', 'ASC.Common.ItemNotFoundException');
  test.each<[string, Told, Readonly<Record<string, unknown>>]>([
    ['not found', stack, { kind: 'not-found', httpStatus: 404, vendorCode: 'ASC.Common.ItemNotFoundException' }],
    ['no rights', docspaceError(403, "You don't have enough permission to view the folder content"), { kind: 'permission-denied' }],
    ['unpaid', { status: 402, body: '' }, { kind: 'quota-exceeded' }],
    ['unknown caller', { status: 401, body: '' }, { kind: 'unauthenticated' }],
    ['unknown caller of a Workspace', { status: 401, body: 'Unauthorized' }, { kind: 'unauthenticated' }],
    ['too often', { status: 429, body: '', headers: { 'retry-after': '7' } }, { kind: 'rate-limited', retryAfterMs: 7000 }],
    ['too often until a time of a clock that is off', { status: 429, body: '', headers: { date: 'Fri, 02 Jan 2026 03:04:05 GMT', 'retry-after': 'Fri, 02 Jan 2026 03:04:35 GMT' } }, { kind: 'rate-limited', retryAfterMs: 30_000 }],
    ['too often until a second of its limiter', { status: 429, body: '', headers: { 'x-ratelimit-limit': '1500', 'x-ratelimit-remaining': '0', date: 'Fri, 02 Jan 2026 03:04:05 GMT', 'x-ratelimit-reset': String(Date.UTC(2026, 0, 2, 3, 4, 50) / 1000) } }, { kind: 'rate-limited', retryAfterMs: 45_000 }],
    ['too often until a second that has passed', { status: 429, body: '', headers: { date: 'Fri, 02 Jan 2026 03:04:05 GMT', 'x-ratelimit-reset': String(Date.UTC(2026, 0, 2, 3, 4, 0) / 1000) } }, { kind: 'rate-limited', retryAfterMs: 20_000 }],
    ['too often without a word', { status: 429, body: '' }, { kind: 'rate-limited', retryAfterMs: 20_000 }],
    ['a field that does not fit', { status: 400, json: { response: { type: 'x', title: 'One or more validation errors occurred.', status: 400, errors: { Count: ['must be between 1 and 100.'] } }, status: 1, statusCode: 400 } }, { kind: 'invalid-argument', message: expect.stringContaining('Count: must be between 1 and 100.') }],
    ['an error in a success', { status: 200, json: { error: { message: 'gone' }, status: 1, statusCode: 404 } }, { kind: 'not-found' }],
    ['an error in a success with a code that is a text', { json: { error: { message: 'gone', hresult: '-1' }, status: 1, statusCode: 404 } }, { kind: 'not-found', message: expect.stringContaining('gone') }],
    ['an error in a success that is a text', { json: { error: 'gone', status: 1, statusCode: 404 } }, { kind: 'not-found', message: expect.stringContaining('gone') }],
    ['a failure', docspaceError(500, 'Object reference not set'), { kind: 'vendor-failure' }],
    ['a proxy', { status: 502, body: '<html><body>Bad gateway</body></html>' }, { kind: 'vendor-failure' }],
    ['a page', { body: '<!DOCTYPE html><html></html>' }, { kind: 'vendor-protocol', message: expect.stringContaining('an HTML page') }],
    ['half a JSON', { body: '{"response":{"files":[' }, { kind: 'vendor-protocol', message: expect.stringContaining('broken JSON') }],
    ['nothing', { body: '' }, { kind: 'vendor-protocol', message: expect.stringContaining('an empty body') }],
    ['a list', { json: [1] }, { kind: 'vendor-protocol' }],
    ['entries without ids', contents([{ title: 'x' }]), { kind: 'vendor-protocol', message: expect.stringContaining('files.0.id') }],
    ['a redirect to what is no address', { status: 302, headers: { location: 'http://[' }, body: '' }, { kind: 'vendor-protocol', message: 'the portal redirects its API to nowhere' }],
    ['a redirect', { status: 301, headers: { location: 'https://new.example.com/api?secret=1' }, body: '' }, { kind: 'vendor-protocol', message: 'the portal redirects its API to https://new.example.com/api?…' }],
  ])('%s', async (_name, told, expected) => {
    const { url } = await portal(({ path }) => (path.endsWith('/authentication') ? docspace(true) : told));
    const read = async (): Promise<void> => {
      for await (const entry of makeSource({ baseUrl: url }).source.list('7')) throw new Error(entry.id);
    };
    const error = await errorOf(read());
    expect(error).toMatchObject(expected);
    expect(JSON.stringify(error)).not.toMatch(/Secret\.Stack|sk-0123/);
  });
});
