import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { createVirtualClock, realClock } from '@filesource/testkit';
import { adapterOf, bytesOf, eachAction, errorOf, failure, files, idsOf, listOf, result, startScriptedServer, type Answer, type ScriptedServer, type SentAction } from './helpers.ts';

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server.close());

const file = { folder: '247', file: '3247' };
const bytes = Buffer.from('%PDF-1.7 Inhalt der Datei');
const page = '<!DOCTYPE html><html><body>Der Link ist abgelaufen.</body></html>';
const html = { 'content-type': 'text/html; charset=UTF-8' };

/** One file whose link is a new one at each call. */
function listing(facts: Readonly<Record<string, unknown>> = {}): void {
  let calls = 0;
  server.onApi = eachAction((action) => result(action, [{ id: 3247, elements: { username: 'm', filename: 'Vertrag.pdf', fileSize: String(bytes.length), url: `${server.url}/file?params=${(calls += 1)}`, ...facts } }]));
}
const inChunks = (status: number, headers: Readonly<Record<string, string>>, ...chunks: readonly (string | Uint8Array)[]): Answer => (response: ServerResponse) => {
  response.writeHead(status, headers);
  for (const chunk of chunks) response.write(chunk);
  response.end();
};
const open = (range?: { readonly offset: number; readonly length?: number }): Promise<Awaited<ReturnType<ReturnType<typeof adapterOf>['open']>>> => adapterOf(server, 'onoffice-appointment').open(file, range === undefined ? {} : { range });

describe('open', () => {
  test('fetches the link without credentials and without compression', async () => {
    listing();
    server.onGet = () => ({ body: bytes });
    const content = await open();
    expect(content).toMatchObject({ size: bytes.length, totalSize: bytes.length, offset: 0, name: 'Vertrag.pdf', mediaType: 'application/pdf', validator: null });
    expect((await bytesOf(content)).equals(bytes)).toBe(true);
    expect(server.gets[0]?.headers).toMatchObject({ 'accept-encoding': 'identity' });
    expect(server.gets[0]?.headers.authorization).toBeUndefined();
    expect(server.gets[0]?.headers.cookie).toBeUndefined();
  });

  test('asks for a new link each time', async () => {
    listing();
    server.onGet = () => ({ body: bytes });
    await bytesOf(await open());
    await bytesOf(await open());
    expect(server.gets.map(({ url }) => url)).toEqual(['/file?params=1', '/file?params=2']);
    expect(server.exchanges).toHaveLength(2);
  });

  test('takes the link that came with a listing, once, and no longer than minutes later', async () => {
    listing();
    server.onGet = () => ({ body: bytes });
    const clock = createVirtualClock();
    const adapter = adapterOf(server, 'onoffice-appointment', {}, { clock });
    await adapter.listPage('247', {});
    await bytesOf(await adapter.open(file, {}));
    await bytesOf(await adapter.open(file, {}));
    await adapter.listPage('247', {});
    await clock.advance(5 * 60_000 + 1);
    await bytesOf(await adapter.open(file, {}));
    expect(server.gets.map(({ url }) => url)).toEqual(['/file?params=1', '/file?params=2', '/file?params=4']);
  });

  test('takes the links that came with a long listing, from all answers of its pages', async () => {
    const all = Array.from({ length: 450 }, (_, index) => ({ id: index + 1, elements: { filename: `${index + 1}.txt`, fileSize: String(bytes.length), url: `${server.url}/file?of=${index + 1}` } }));
    server.onApi = listOf(all, { most: 100 });
    server.onGet = () => ({ body: bytes });
    const adapter = adapterOf(server, 'onoffice-appointment');
    expect(await idsOf(adapter, '247')).toHaveLength(450);
    const asked = server.exchanges.length;
    for (const id of ['1', '100', '101', '250', '301', '450']) {
      const content = await adapter.open({ folder: '247', file: id }, {});
      expect(content).toMatchObject({ name: `${id}.txt`, size: bytes.length });
      expect((await bytesOf(content)).equals(bytes)).toBe(true);
    }
    expect(server.exchanges).toHaveLength(asked);
    expect(server.gets.map(({ url }) => url)).toEqual(['1', '100', '101', '250', '301', '450'].map((id) => `/file?of=${id}`));
  });

  test.each([
    ['eight', undefined, 8],
    ['as many as the caller says', 3, 3],
    ['as many as the caller says', 20, 20],
  ])('asks for %s of the files that are opened together at once', async (_name, concurrency, most) => {
    const all = Array.from({ length: 40 }, (_, index) => ({ id: index + 1, elements: { filename: `${index + 1}.txt`, fileSize: String(bytes.length), url: `${server.url}/file?of=${index + 1}` } }));
    server.onApi = listOf(all, { most: 100 });
    const waiting: ServerResponse[] = [];
    let answered = 0;
    server.onGet = () => (response) => void waiting.push(response);
    const adapter = adapterOf(server, 'onoffice-appointment');
    await adapter.listPage('247', { pageSize: 100 });
    const opened = Promise.all(all.map(async ({ id }) => bytesOf(await adapter.open({ folder: '247', file: String(id) }, concurrency === undefined ? {} : { concurrency }))));
    while (answered < all.length) {
      const expected = Math.min(answered + most, all.length);
      while (server.gets.length < expected) await realClock.sleep(1);
      // Whoever would ask for more of them does so by now.
      await realClock.sleep(20);
      expect(server.gets).toHaveLength(expected);
      for (const response of waiting.splice(0)) response.end(bytes);
      answered = expected;
    }
    for (const body of await opened) expect(body.equals(bytes)).toBe(true);
  });

  test('asks for a new link where the one of the listing is dead, or gives another file than was listed', async () => {
    listing();
    const adapter = adapterOf(server, 'onoffice-appointment');
    for (const answer of [{ status: 403, body: page }, { body: Buffer.concat([bytes, bytes]) }]) {
      await adapter.listPage('247', {});
      const before = server.gets.length;
      server.onGet = () => (server.gets.length === before + 1 ? answer : { body: bytes });
      expect((await bytesOf(await adapter.open(file, {}))).equals(bytes)).toBe(true);
      expect(server.gets).toHaveLength(before + 2);
    }
  });

  test('passes a range on, and says what really came', async () => {
    listing();
    server.onGet = (request) => {
      expect(request.headers.range).toBe('bytes=5-9');
      return { status: 206, headers: { 'content-range': `bytes 5-9/${bytes.length}` }, body: bytes.subarray(5, 10) };
    };
    expect(await open({ offset: 5, length: 5 })).toMatchObject({ offset: 5, size: 5, totalSize: bytes.length });
    server.onGet = () => ({ status: 206, headers: { 'content-range': `bytes 2-9/*` }, body: bytes.subarray(2, 10) });
    expect(await open({ offset: 5 })).toMatchObject({ offset: 2, size: 8, totalSize: bytes.length });
    server.onGet = () => ({ body: bytes });
    expect(await open({ offset: 5 })).toMatchObject({ offset: 0, size: bytes.length });
  });

  test('maps what is wrong with a range', async () => {
    listing();
    server.onGet = () => ({ status: 416 });
    expect((await errorOf(open({ offset: 5 }))).kind).toBe('range-not-satisfiable');
    expect((await errorOf(open({ offset: 500 }))).kind).toBe('range-not-satisfiable');
    expect(await bytesOf(await open({ offset: bytes.length }))).toHaveLength(0);
    server.onGet = () => ({ status: 206, body: 'x' });
    expect(await errorOf(open({ offset: 5 }))).toMatchObject({ kind: 'vendor-protocol', status: 'temporary' });
    server.onGet = () => ({ status: 206, headers: { 'content-range': 'bytes 5-9/99' }, body: 'xxxxx' });
    expect((await errorOf(open({ offset: 5 }))).kind).toBe('conflict');
  });

  test.each([null, bytes.length])('takes no part for the whole file that it asked for, where the listing tells %p bytes', async (fileSize) => {
    listing({ fileSize });
    for (const told of [`bytes 0-8/${bytes.length}`, 'bytes 0-8/*', `bytes 9-17/${bytes.length}`]) {
      server.onGet = () => ({ status: 206, headers: { 'content-range': told }, body: bytes.subarray(0, 9) });
      expect(await errorOf(open())).toMatchObject({ kind: 'vendor-protocol', status: 'temporary' });
    }
    server.onGet = () => ({ status: 206, headers: { 'content-range': `bytes 0-${bytes.length - 1}/${bytes.length}` }, body: bytes });
    expect((await bytesOf(await open())).equals(bytes)).toBe(true);
  });

  test.each(['zstd', 'gzip, gzip'])('takes no bytes that came packed as %s for the file', async (encoding) => {
    for (const fileSize of [null, bytes.length]) {
      listing({ fileSize });
      server.onGet = () => ({ headers: { 'content-encoding': encoding }, body: bytes.subarray(0, 9) });
      expect(await errorOf(open())).toMatchObject({ kind: 'vendor-protocol', status: 'temporary' });
    }
  });

  test.each(['none', 'UTF-8', 'aws-chunked'])('takes bytes as they are under a Content-Encoding that packs nothing: %s', async (encoding) => {
    for (const fileSize of [null, bytes.length]) {
      listing({ fileSize });
      server.onGet = () => ({ headers: { 'content-encoding': encoding }, body: bytes });
      expect((await bytesOf(await open())).equals(bytes)).toBe(true);
      server.onGet = () => inChunks(200, { 'content-encoding': encoding }, bytes);
      expect((await bytesOf(await open())).equals(bytes)).toBe(true);
    }
  });

  test('gives an empty file', async () => {
    listing({ fileSize: 0 });
    server.onGet = () => ({ body: '' });
    expect(await open()).toMatchObject({ size: 0, totalSize: 0 });
    server.onGet = () => inChunks(200, html);
    expect(await bytesOf(await open())).toHaveLength(0);
  });

  test.each([
    ['less', bytes.subarray(0, 9), 'truncated'],
    ['more', Buffer.concat([bytes, bytes]), 'conflict'],
  ])('refuses a file that has %s bytes than the listing says', async (_name, body, kind) => {
    listing();
    for (const answer of [{ body }, inChunks(200, {}, body)]) {
      server.onGet = () => answer;
      expect(await errorOf(open())).toMatchObject({ kind, status: 'temporary' });
    }
  });

  test('takes any length when the listing tells none', async () => {
    listing({ fileSize: null });
    server.onGet = () => ({ body: bytes });
    expect(await open()).toMatchObject({ size: bytes.length });
    server.onGet = () => inChunks(200, {}, bytes.subarray(0, 5), bytes.subarray(5));
    expect((await bytesOf(await open())).equals(bytes)).toBe(true);
  });

  test.each([65_535, 65_536, 65_537, 300_000, 600_000])('takes %i bytes that come at once when the listing tells none', async (length) => {
    const large = Buffer.alloc(length, 'x');
    listing({ fileSize: null, filename: 'x.bin' });
    for (const answer of [{ body: large }, inChunks(200, {}, large)]) {
      server.onGet = () => answer;
      const { body } = await open();
      const came = await new Promise<Buffer>((resolve, reject) => {
        const chunks: Buffer[] = [];
        body.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject).on('close', () => resolve(Buffer.concat(chunks)));
      });
      expect(came.equals(large)).toBe(true);
    }
  });

  test('streams a large file of unknown length', async () => {
    const large = Buffer.alloc(1_000_000, 'x');
    listing({ fileSize: large.length, filename: 'x.bin' });
    server.onGet = () => inChunks(200, {}, large.subarray(0, 300_000), large.subarray(300_000));
    const content = await open();
    expect(content.size).toBe(large.length);
    expect((await bytesOf(content)).equals(large)).toBe(true);
  });

  test('closes the connection when the body is destroyed', async () => {
    listing({ fileSize: null });
    server.onGet = () => (response) => {
      response.write(Buffer.alloc(200_000, 'x'));
    };
    const content = await open();
    content.body.destroy();
    while (server.dropped === 0) await realClock.sleep(5);
    expect(server.dropped).toBe(1);
  });

  test.each([
    [429, 'rate-limited'],
    [500, 'vendor-failure'],
    [503, 'vendor-failure'],
  ])('maps HTTP %i of the file server', async (status, kind) => {
    listing();
    server.onGet = () => ({ status, headers: { 'retry-after': '2' } });
    expect(await errorOf(open())).toMatchObject({ kind, status: 'temporary', httpStatus: status, retryAfterMs: 2000 });
    expect(server.gets).toHaveLength(1);
  });

  test.each([
    ['a host that is not allowed', 'http://files.example/x?params=1', 'host-refused'],
    ['no web address', 'ftp://smart.onoffice.de/x', 'vendor-protocol'],
    ['nothing', '', 'vendor-protocol'],
    ['a null', null, 'vendor-protocol'],
  ])('does not follow a link to %s', async (_name, url, kind) => {
    listing({ url });
    expect((await errorOf(open())).kind).toBe(kind);
    expect(server.gets).toHaveLength(0);
  });
});

describe('a dead link', () => {
  const dead: readonly (readonly [string, () => Answer])[] = [
    ['403', () => ({ status: 403 })],
    ['404', () => ({ status: 404, body: page, headers: html })],
    ['410', () => ({ status: 410 })],
    ['200 with a page', () => ({ body: page, headers: html })],
    ['200 with a page in chunks', () => inChunks(200, html, page)],
    ['200 with a page as an attachment', () => ({ body: page, headers: { ...html, 'content-disposition': 'attachment' } })],
    ['200 with a page and no type', () => ({ body: page })],
    ['200 with a page called a PDF', () => ({ body: `\n<!-- x -->${page}`, headers: { 'content-type': 'application/pdf' } })],
    ['200 with a plain message called HTML', () => ({ body: 'Link expired', headers: html })],
    ['200 with a large page in chunks', () => inChunks(200, html, page, ' '.repeat(200_000))],
  ];

  test.each(dead)('(%s) is renewed on the way', async (_name, answer) => {
    listing();
    server.onGet = (_request, count) => (count === 1 ? answer() : { body: bytes });
    expect((await bytesOf(await open())).equals(bytes)).toBe(true);
    expect(server.gets.map(({ url }) => url)).toEqual(['/file?params=1', '/file?params=2']);
  });

  test.each(dead)('(%s) that stays dead is link-expired, and its page no document', async (_name, answer) => {
    listing();
    server.onGet = answer;
    const error = await errorOf(open());
    expect(error).toMatchObject({ kind: 'link-expired', status: 'temporary' });
    expect(`${error.describe()} ${error.stack}`).not.toContain('params');
    expect(server.gets).toHaveLength(2);
  });

  test.each([null, 4])('is found out by an answer in JSON where the listing tells %p bytes', async (fileSize) => {
    listing({ fileSize });
    server.onGet = (_request, count) => (count === 1 ? { body: '{"error":"expired"}', headers: { 'content-type': 'application/json' } } : { body: bytes.subarray(0, 4), headers: { 'content-type': 'image/png' } });
    expect((await bytesOf(await open())).equals(bytes.subarray(0, 4))).toBe(true);
  });

  test('is found out behind a redirect to a login', async () => {
    listing();
    server.onGet = (request, count) => (request.url === '/login' ? { body: page, headers: html } : count === 1 ? { status: 302, headers: { location: '/login' } } : { body: bytes });
    expect((await bytesOf(await open())).equals(bytes)).toBe(true);
  });

  test('is a file that is gone when the listing no longer has it', async () => {
    server.onApi = eachAction((action) => result(action, server.exchanges.length === 1 ? [{ id: 3247, elements: { filename: 'a', fileSize: 3, url: `${server.url}/x` } }] : []));
    server.onGet = () => ({ status: 404 });
    expect((await errorOf(open())).kind).toBe('not-found');
  });
});

describe('a genuine HTML file', () => {
  const document = Buffer.from('<!DOCTYPE html><html><head><title>Exposé</title></head></html>');
  const large = Buffer.concat([document, Buffer.alloc(300_000, ' ')]);

  test.each([
    ['with its length', document, (body: Buffer): Answer => ({ body, headers: html })],
    ['without its length', document, (body: Buffer): Answer => inChunks(200, html, body)],
    ['large, without its length', large, (body: Buffer): Answer => inChunks(200, html, body)],
  ])('passes %s', async (_name, body, answer) => {
    listing({ filename: 'Exposé.html', fileSize: body.length });
    server.onGet = () => answer(body);
    expect((await bytesOf(await open())).equals(body)).toBe(true);
    expect(server.gets).toHaveLength(1);
  });

  test('passes as an attachment when no size is listed', async () => {
    listing({ filename: 'Exposé.html', fileSize: null });
    server.onGet = () => ({ body: document, headers: { ...html, 'content-disposition': 'attachment; filename="x.html"' } });
    expect((await bytesOf(await open())).equals(document)).toBe(true);
  });

  test('is not confused with the page of a dead link', async () => {
    listing({ filename: 'Exposé.html', fileSize: document.length });
    for (const answer of [{ body: page, headers: html }, inChunks(200, html, page)]) {
      server.onGet = () => answer;
      expect((await errorOf(open())).kind).toBe('link-expired');
    }
  });
});

describe('a PDF under the type that PHP gives by itself', () => {
  test('passes by its length', async () => {
    listing();
    for (const answer of [{ body: bytes, headers: html }, inChunks(200, html, bytes)]) {
      server.onGet = () => answer;
      expect((await bytesOf(await open())).equals(bytes)).toBe(true);
    }
  });
});

describe('stat of a file', () => {
  const one = { id: 3247, elements: { filename: 'a.txt', fileSize: '3', url: 'https://smart.onoffice.de/x' } };
  const knowing = (action: SentAction): unknown => result(action, action.parameters['fileId'] === 3247 ? [one] : []);
  const ignoring = (action: SentAction): unknown => result(action, [...files(150), one].slice(Number(action.parameters['listoffset']), Number(action.parameters['listoffset']) + 100), 151);
  const refusing = (action: SentAction): unknown => ('fileId' in action.parameters ? failure(action, 144) : ignoring(action));

  test.each([
    ['knows fileId', knowing, 1],
    ['ignores it', ignoring, 2],
    ['refuses it', refusing, 3],
  ])('works where the vendor %s', async (_name, answer, requests) => {
    server.onApi = eachAction(answer);
    const adapter = adapterOf(server, 'onoffice-appointment');
    await expect(adapter.stat(file, {})).resolves.toMatchObject({ id: '3247', name: 'a.txt', size: 3 });
    expect(server.exchanges).toHaveLength(requests);
  });

  test.each([
    ['knows fileId', knowing],
    ['knows it and counts all files', (action: SentAction) => result(action, [], 5)],
    ['ignores it', ignoring],
    ['refuses it', refusing],
    ['says 127', (action: SentAction) => failure(action, 127)],
    ['says 169', (action: SentAction) => failure(action, 169)],
  ])('is not-found for another file where the vendor %s', async (_name, answer) => {
    server.onApi = eachAction(answer);
    expect((await errorOf(adapterOf(server, 'onoffice-appointment').stat({ folder: '247', file: '999' }, {}))).kind).toBe('not-found');
  });
});

describe('link', () => {
  test('is the file for one hour', async () => {
    listing();
    const clock = { now: () => 1_700_000_000_000, sleep: async () => undefined };
    await expect(adapterOf(server, 'onoffice-appointment', {}, { clock }).link(file, { language: 'DEU' })).resolves.toEqual({ url: `${server.url}/file?params=1`, kind: 'file', expires: new Date(1_700_003_600_000), needsCredentials: false });
  });

  test('of an appointment is unsupported, and nothing is sent', async () => {
    expect((await errorOf(adapterOf(server, 'onoffice-appointment').link({ folder: '247' }, {}))).kind).toBe('unsupported');
    expect(server.exchanges).toHaveLength(0);
  });
});
