import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { Clock, Content } from '@filesource/core';
import { realClock } from '@filesource/testkit';
import { errorOf, makeSource, readAll } from './make-source.ts';
import { docspace, scriptStarter, type ScriptServer, type Told } from './script-server.ts';

const start = scriptStarter();

const bytes = Buffer.from('0123456789');
const newer = Buffer.from('0123456789 and more');
const stat = 'GET /api/2.0/files/file/5';
const fetched = 'GET /filehandler.ashx';
const minuteMs = 60_000;

interface Portal {
  readonly server: ScriptServer;
  /** What was asked for since the listing. */
  readonly since: () => readonly string[];
  readonly list: () => Promise<void>;
  readonly look: () => Promise<unknown>;
  readonly open: (range?: { readonly offset: number }) => Promise<Content>;
  nowMs: number;
}

interface Answers {
  /** The answers of the file handler, one after another; the last one from then on. */
  readonly handler?: readonly Told[];
  /** What the portal tells of the file when it is asked. */
  readonly now?: Readonly<Record<string, unknown>>;
  /** What the listing tells of it. */
  readonly before?: Readonly<Record<string, unknown>>;
  /** Beside the file, as many folders are listed. */
  readonly folders?: number;
}

/** A portal with one file of ten bytes in its folder 7. */
async function portal({ handler = [{ body: bytes }], now = {}, before = {}, folders = 0 }: Answers = {}): Promise<Portal> {
  let opened = 0;
  let listed = 0;
  const file = (): Readonly<Record<string, unknown>> => ({ id: 5, title: 'Exposé.docx', folderId: 7, version: 1, versionGroup: 1, pureContentLength: 10, updated: '2026-03-01T09:30:00Z', viewUrl: `${server.url}/filehandler.ashx?action=download&fileid=5` });
  const server: ScriptServer = await start(({ path }) => {
    if (path === '/api/2.0/authentication') return docspace(true);
    if (path === '/api/2.0/files/file/5') return docspace({ ...file(), ...now });
    if (path !== '/api/2.0/files/7') return handler[Math.min(opened++, handler.length - 1)];
    const others = Array.from({ length: folders }, (_, index) => ({ id: 1000 + index, title: `Ordner ${'x'.repeat(200)}` }));
    return docspace({ files: [{ ...file(), ...before }], folders: others, current: { id: 7, title: 'a' }, count: 1 + folders, total: 1 + folders });
  });
  const made: Portal = {
    server,
    since: () => server.lines().slice(listed),
    list: async () => {
      await source.list('7').byPage()[Symbol.asyncIterator]().next();
      listed = server.lines().length;
    },
    look: () => source.stat('7/5'),
    open: (range) => source.open('7/5', range === undefined ? {} : { range }),
    nowMs: Date.UTC(2026, 10, 1),
  };
  const clock: Clock = { ...realClock, now: () => made.nowMs };
  const { source } = makeSource({ baseUrl: server.url }, { clock });
  return made;
}

describe('a file that was listed', () => {
  test.each([0, 30])('is fetched with one request, and told as it was listed (beside %i folders)', async (folders) => {
    const { list, open, since } = await portal({ folders });
    await list();
    const content = await open();
    expect(content).toMatchObject({ name: 'Exposé.docx', size: 10, totalSize: 10, offset: 0, validator: 'v1.1:10:2026-03-01T09:30:00Z' });
    expect(await readAll(content.body)).toEqual(bytes);
    expect(since()).toEqual([fetched]);
  });

  test('is fetched with one request also where it was looked up, and told as it was then', async () => {
    const { look, open, since } = await portal();
    await look();
    const content = await open();
    expect(content).toMatchObject({ name: 'Exposé.docx', size: 10, validator: 'v1.1:10:2026-03-01T09:30:00Z' });
    expect(await readAll(content.body)).toEqual(bytes);
    await readAll((await open()).body);
    expect(since()).toEqual([stat, fetched, stat, fetched]);
  });

  test('is asked for as others are the second time, and by whoever carries it on', async () => {
    const { list, open, since } = await portal();
    await list();
    await readAll((await open()).body);
    await readAll((await open()).body);
    expect(since()).toEqual([fetched, stat, fetched]);
    await list();
    await readAll((await open({ offset: 0 })).body);
    expect(since()).toEqual([stat, fetched]);
  });

  test('is asked for as others are five minutes later', async () => {
    const made = await portal();
    await made.list();
    made.nowMs += 5 * minuteMs + 1;
    await readAll((await made.open()).body);
    expect(made.since()).toEqual([stat, fetched]);
    await made.list();
    made.nowMs += 5 * minuteMs;
    await readAll((await made.open()).body);
    expect(made.since()).toEqual([fetched]);
  });

  test.each<[string, Told]>([
    ['is longer now', { body: newer }],
    ['is refused', { status: 403, body: '' }],
    ['is not there', { status: 404, body: '' }],
    ['is a page of a proxy', { body: '<html>wait</html>', headers: { 'content-type': 'text/html' } }],
  ])('that %s is asked about once more, and given as it is now', async (_what, first) => {
    const { list, open, since } = await portal({ handler: [first, { body: newer }], now: { version: 2, pureContentLength: newer.length } });
    await list();
    const content = await open();
    expect(content).toMatchObject({ size: newer.length, validator: `v2.1:${newer.length}:2026-03-01T09:30:00Z` });
    expect(await readAll(content.body)).toEqual(newer);
    expect(since().filter((line) => !line.includes('authentication'))).toEqual([fetched, stat, fetched]);
  });

  test.each<[string, Told]>([
    ['is longer now', { body: newer, isChunked: true }],
    ['is a page of a proxy, as the file itself is one', { body: '<html>wait', headers: { 'content-type': 'text/html' }, isChunked: true }],
  ])('that comes without a length and %s is asked about once more, and given as it is now', async (_what, first) => {
    const { list, open, since } = await portal({ before: { title: 'Exposé.html' }, handler: [first, { body: newer }], now: { title: 'Exposé.html', version: 2, pureContentLength: newer.length } });
    await list();
    expect(await readAll((await open()).body)).toEqual(newer);
    expect(since()).toEqual([fetched, stat, fetched]);
  });

  test('is asked about first where the portal announces no lengths', async () => {
    const { list, open, since } = await portal({ handler: [{ body: bytes, isChunked: true }] });
    await list();
    expect(await readAll((await open()).body)).toEqual(bytes);
    expect(since()).toEqual([fetched, stat, fetched]);
    await list();
    expect(await readAll((await open()).body)).toEqual(bytes);
    expect(since()).toEqual([stat, fetched]);
  });

  test('is asked about first where the listing does not tell its size', async () => {
    const { list, open, since } = await portal({ before: { pureContentLength: null, contentLength: '', providerItem: true } });
    await list();
    expect(await readAll((await open()).body)).toEqual(bytes);
    expect(since()).toEqual([stat, fetched]);
  });

  test('that fails for a passing reason is not asked for twice at once', async () => {
    const { list, open, since } = await portal({ handler: [{ status: 503, body: '' }] });
    await list();
    expect(await errorOf(open())).toMatchObject({ kind: 'vendor-failure', httpStatus: 503 });
    expect(since()).toEqual([fetched]);
  });
});

test('what is remembered of small answers that come packed takes not many times their size', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const server = await start(({ path }) => {
    const id = Number(path.split('/').pop());
    const { json } = docspace({ files: [{ id, title: 'x'.repeat(1000), folderId: id, viewUrl: '/filehandler.ashx' }], folders: [], current: { id, title: 'a' }, total: 1 });
    return { headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' }, body: gzipSync(JSON.stringify(json)) };
  });
  const { source } = makeSource({ baseUrl: server.url });
  const most = 8 * 1024;
  const heldBy = async (from: number, folders: number): Promise<number> => {
    const before = process.memoryUsage().arrayBuffers;
    for (let id = from; id < from + folders; id += 1) await source.list(String(id)).byPage()[Symbol.asyncIterator]().next();
    let held = Number.POSITIVE_INFINITY;
    // What unpacked an answer goes only after its stream has closed, which a busy machine may be late with.
    for (let collected = 0; collected < 20 && held >= most; collected += 1) {
      await turn();
      collect();
      held = (process.memoryUsage().arrayBuffers - before) / folders;
    }
    return held;
  };
  await heldBy(1, 20);
  expect(await heldBy(100, 300)).toBeLessThan(most);
});
