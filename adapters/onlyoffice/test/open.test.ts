import { describe, expect, test } from '@jest/globals';
import { docspace, docspaceError, scriptStarter, type Answer, type Asked, type ScriptServer, type Told } from './script-server.ts';
import { behindTls, errorOf, makeSource, readAll } from './make-source.ts';

const start = scriptStarter();

/** The same server under another name: another host, as far as trust goes. */
function elsewhere({ url }: ScriptServer): string {
  return url.replace('127.0.0.1', 'localhost');
}

const bytes = Buffer.from('0123456789');
const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

interface FilePortal {
  readonly file?: Readonly<Record<string, unknown>>;
  /** What the stat tells after the first time. */
  readonly later?: Readonly<Record<string, unknown>>;
  readonly handler: Answer;
  readonly isKnown?: boolean;
}

async function portal({ file = {}, later, handler, isKnown = true }: FilePortal): Promise<ScriptServer> {
  let stats = 0;
  const server: ScriptServer = await start((asked) => {
    if (asked.path === '/api/2.0/authentication') return docspace(isKnown);
    if (!asked.path.startsWith('/api/')) return handler(asked);
    const members = stats++ > 0 && later !== undefined ? later : file;
    return docspace({ id: 5, title: 'a.docx', folderId: 7, version: 1, versionGroup: 1, pureContentLength: 10, updated: '2026-03-01T09:30:00Z', viewUrl: `${server.url}/filehandler.ashx?action=download&fileid=5`, ...members });
  });
  return server;
}

/** What the vendor's handler does with ranges: no 206 for the whole, 400 for what it does not understand. */
function vendorRange(content: Buffer): Answer {
  return ({ headers }: Asked): Told => {
    const type = { 'content-type': docx, 'accept-ranges': 'bytes' };
    const match = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
    if (headers.range !== undefined && (match === null || Number(match[1]) >= content.length)) return { status: 400, headers: { 'content-type': 'text/html; charset=utf-8' }, body: 'Exception of type &#39;X&#39; was thrown.' };
    if (match === null) return { body: content, headers: type };
    const first = Number(match[1]);
    const last = Math.min(match[2] === '' ? content.length - 1 : Number(match[2]), content.length - 1);
    const part = content.subarray(first, last + 1);
    if (part.length === content.length) return { body: part, headers: type };
    return { status: 206, body: part, headers: { ...type, 'content-range': `bytes ${first}-${last}/${content.length}` } };
  };
}

const told = (body: Buffer | string, headers: Readonly<Record<string, string>> = {}, status = 200): Answer => () => ({ status, body, headers: { 'content-type': docx, ...headers } });

describe('open', () => {
  test('asks for bytes as they are, with the credentials', async () => {
    const server = await portal({ handler: vendorRange(bytes) });
    const content = await makeSource({ baseUrl: server.url }).source.open('7/5');
    expect(content).toMatchObject({ size: 10, totalSize: 10, offset: 0, mediaType: docx, name: 'a.docx', validator: expect.any(String) });
    expect(await readAll(content.body)).toEqual(bytes);
    expect(server.asked.at(-1)!.headers).toMatchObject({ 'accept-encoding': 'identity', authorization: 'Bearer sk-0123456789abcdef' });
    expect(server.asked.at(-1)!.headers.range).toBeUndefined();
  });

  test.each([
    [{ offset: 0 }, undefined, '0123456789'],
    [{ offset: 0, length: 10 }, undefined, '0123456789'],
    [{ offset: 0, length: 99 }, undefined, '0123456789'],
    [{ offset: 0, length: 4 }, 'bytes=0-3', '0123'],
    [{ offset: 3 }, 'bytes=3-9', '3456789'],
    [{ offset: 3, length: 2 }, 'bytes=3-4', '34'],
    [{ offset: 8, length: 50 }, 'bytes=8-9', '89'],
  ])('the range %j is asked for as %s', async (range, header, text) => {
    const server = await portal({ handler: vendorRange(bytes) });
    const content = await makeSource({ baseUrl: server.url }).source.open('7/5', { range });
    expect((await readAll(content.body)).toString()).toBe(text);
    expect(server.asked.at(-1)!.headers.range).toBe(header);
    expect(content).toMatchObject({ offset: range.offset, size: text.length, totalSize: 10 });
  });

  test.each([{ offset: 10 }, { offset: 3, length: 0 }])('the range %j is nothing, and not asked for', async (range) => {
    const server = await portal({ handler: vendorRange(bytes) });
    const content = await makeSource({ baseUrl: server.url }).source.open('7/5', { range });
    expect(await readAll(content.body)).toHaveLength(0);
    expect(server.lines()).toEqual(['GET /api/2.0/files/file/5']);
  });

  test('a range past the end is refused before it is sent', async () => {
    const server = await portal({ handler: vendorRange(bytes) });
    expect(await errorOf(makeSource({ baseUrl: server.url }).source.open('7/5', { range: { offset: 11 } }))).toMatchObject({ kind: 'range-not-satisfiable' });
    expect(server.lines()).toHaveLength(1);
  });

  test('without a known size, the vendor decides on the range', async () => {
    const server = await portal({ file: { pureContentLength: null, contentLength: '10 bytes' }, handler: vendorRange(bytes) });
    const { source } = makeSource({ baseUrl: server.url });
    expect((await readAll((await source.open('7/5', { range: { offset: 7 } })).body)).toString()).toBe('789');
    expect(await errorOf(source.open('7/5', { range: { offset: 70 } }))).toMatchObject({ kind: 'range-not-satisfiable' });
  });

  test('a portal that ignores the range is cut to it', async () => {
    const server = await portal({ handler: told(bytes) });
    expect((await readAll((await makeSource({ baseUrl: server.url }).source.open('7/5', { range: { offset: 3, length: 2 } })).body)).toString()).toBe('34');
  });

  test.each<[string, Answer, Readonly<Record<string, unknown>>]>([
    ['a login page', told('<html>Sign in</html>', { 'content-type': 'text/html' }), { kind: 'vendor-protocol', message: expect.stringContaining('an HTML page') }],
    ['an envelope', told('{"status":1}', { 'content-type': 'application/json' }), { kind: 'vendor-protocol' }],
    ['fewer bytes announced than there are', told('012345678'), { kind: 'truncated', message: expect.stringContaining('9 of the 10') }],
    ['more bytes announced than there are', told('0123456789A'), { kind: 'corrupt' }],
    ['packed bytes', told('0123', { 'content-encoding': 'zstd' }), { kind: 'vendor-protocol' }],
    ['a part of nothing asked for', told('0123', { 'content-range': 'bytes 0-3/10' }, 206), { kind: 'vendor-protocol' }],
    ['missing', () => ({ status: 404 }), { kind: 'not-found' }],
    ['no rights', () => ({ status: 403 }), { kind: 'permission-denied' }],
    ['unpaid', () => ({ status: 402 }), { kind: 'quota-exceeded' }],
    ['a failure in HTML', told('<b>Quota &amp; more</b>', { 'content-type': 'text/html; charset=utf-8' }, 400), { kind: 'vendor-failure' }],
    ['a broken portal', () => docspaceError(500, 'Bad request.'), { kind: 'vendor-failure' }],
  ])('%s is an error and no body', async (_name, handler, expected) => {
    const server = await portal({ handler });
    expect(await errorOf(makeSource({ baseUrl: server.url }).source.open('7/5'))).toMatchObject({ ...expected, ref: 'documents:7/5' });
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['without saying which', {}],
    ['of something else', { 'content-range': 'bytes 4-5/10' }],
    ['of a file of another size', { 'content-range': 'bytes 3-4/11' }],
    ['with another length', { 'content-range': 'bytes 3-7/10' }],
    ['in other words', { 'content-range': 'bytes=3-4/10' }],
    ['that ends before it begins', { 'content-range': 'bytes 3-2/10' }],
  ])('a part %s is an error', async (_name, headers) => {
    const server = await portal({ handler: told('34', headers, 206) });
    const error = await errorOf(makeSource({ baseUrl: server.url }).source.open('7/5', { range: { offset: 3, length: 2 } }));
    expect(['vendor-protocol', 'corrupt', 'truncated']).toContain(error['kind']);
  });

  test('a page is handed out where the file is one', async () => {
    const page = '<html>hi</html>';
    const server = await portal({ file: { title: 'index.html', pureContentLength: page.length }, handler: told(page, { 'content-type': 'text/html' }) });
    expect((await readAll((await makeSource({ baseUrl: server.url }).source.open('7/5')).body)).toString()).toBe(page);
  });

  test('a file that changes meanwhile is opened again', async () => {
    const server = await portal({ later: { version: 2, pureContentLength: 4 }, handler: told('1234') });
    expect(await errorOf(makeSource({ baseUrl: server.url }).source.open('7/5'))).toMatchObject({ kind: 'conflict', status: 'persistent' });
    const again = await portal({ later: { version: 2, pureContentLength: 4 }, handler: told('1234') });
    const content = await makeSource({ baseUrl: again.url, maxAttempts: 2 }).source.open('7/5');
    expect((await readAll(content.body)).toString()).toBe('1234');
    expect(content.totalSize).toBe(4);
  });

  test('credentials stay with the portal when it redirects to a store', async () => {
    const store = await start(() => ({ body: bytes, headers: { 'content-type': 'binary/octet-stream' } }));
    const server = await portal({ handler: () => ({ status: 302, headers: { location: `${elsewhere(store)}/signed?sig=geheim` } }) });
    const { source } = makeSource({ baseUrl: server.url, allowHosts: ['localhost'] });
    expect(await readAll((await source.open('7/5')).body)).toEqual(bytes);
    expect(store.asked[0]!.headers.authorization).toBeUndefined();
    const refused = await errorOf(makeSource({ baseUrl: server.url }).source.open('7/5'));
    expect(refused).toMatchObject({ kind: 'host-refused', advice: expect.stringContaining('allowHosts') });
    expect(JSON.stringify(refused)).not.toContain('geheim');
  });

  test('a store that refuses its own link makes it expired, and no login', async () => {
    const store = await start(() => ({ status: 403, body: '<Error/>' }));
    const server = await portal({ handler: () => ({ status: 302, headers: { location: elsewhere(store) } }), isKnown: false });
    const error = await errorOf(makeSource({ baseUrl: server.url, allowHosts: [new URL(elsewhere(store)).host] }).source.open('7/5'));
    expect(error).toMatchObject({ kind: 'link-expired', status: 'persistent' });
  });

  test('a link to a host that is not allowed is not fetched', async () => {
    const other = await start(() => ({ body: bytes }));
    const server = await portal({ file: { viewUrl: `${elsewhere(other)}/filehandler.ashx` }, handler: told(bytes) });
    expect(await errorOf(makeSource({ baseUrl: server.url }).source.open('7/5'))).toMatchObject({ kind: 'host-refused' });
    const allowed = makeSource({ baseUrl: server.url, allowHosts: ['localhost'] });
    await readAll((await allowed.source.open('7/5')).body);
    expect(other.asked.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test('a portal that is called by a loopback address, and writes the domain of its tenant into its links, is asked where it is', async () => {
    const server = await portal({ file: { viewUrl: 'https://tenant.example.com/filehandler.ashx?action=download&fileid=5' }, handler: ({ headers }) => ({ status: headers.authorization === undefined ? 403 : 200, body: bytes }) });
    const { source } = makeSource({ baseUrl: server.url });
    expect(await readAll((await source.open('7/5')).body)).toEqual(bytes);
    expect((await source.link('7/5')).url).toBe('https://tenant.example.com/filehandler.ashx?action=download&fileid=5');
    const astray = await portal({ file: { viewUrl: 'https://tenant.example.com//localhost/filehandler.ashx' }, handler: told(bytes) });
    expect(await readAll((await makeSource({ baseUrl: astray.url }).source.open('7/5')).body)).toEqual(bytes);
    const other = await portal({ file: { viewUrl: 'https://tenant.example.com/store/5' }, handler: told(bytes) });
    expect(await errorOf(makeSource({ baseUrl: other.url }).source.open('7/5'))).toMatchObject({ kind: 'host-refused' });
  });

  test('a link with plain HTTP to a portal behind TLS goes by TLS, also on a port of its own', async () => {
    const server = await portal({ file: { viewUrl: 'http://portal.example.com:8443/filehandler.ashx?action=download&fileid=5' }, handler: ({ headers }) => ({ status: headers.authorization === undefined ? 403 : 200, body: bytes }) });
    const { source } = makeSource({ baseUrl: 'https://portal.example.com:8443' }, { http: behindTls('https://portal.example.com:8443', server) });
    expect(await readAll((await source.open('7/5')).body)).toEqual(bytes);
  });

  test.each([undefined, null, 'file:///etc/passwd', 'http://[', 'javascript:alert(1)'])('the link %s is none', async (viewUrl) => {
    const server = await portal({ file: { viewUrl }, handler: told(bytes) });
    expect(await errorOf(makeSource({ baseUrl: server.url }).source.open('7/5'))).toMatchObject({ kind: 'vendor-protocol' });
  });
});

describe('stat and link', () => {
  test.each([
    ['9', { 9: { id: 9, title: 'nine', type: 0, rootFolderType: 5, parentId: 1 } }, false],
    ['9', { 9: { id: 9, title: 'sub', rootFolderType: 6, parentId: 4 } }, false],
    ['9', { 9: { id: 9, title: 'favourites', rootFolderType: 10, parentId: 0 } }, true],
    ['9', { 9: { id: 9, title: 'recent', type: 11, rootFolderType: 14, parentId: 1 } }, true],
    ['@recent', {}, true],
    ['@favorites', {}, true],
    ['@root', {}, false],
    ['@my', { '@my': { current: { id: 7, title: 'My' } } }, true],
    ['@my', { '@my': { current: { id: 8, title: 'My' } } }, false],
    ['sbox-1-|x', {}, false],
  ] as readonly [string, Readonly<Record<string, unknown>>, boolean][])('a file of folder 7 is in %s: %j %s', async (folder, folders, isIn) => {
    const server = await start(({ path }) => {
      const last = decodeURIComponent(path.split('/').pop()!);
      return path.includes('/file/') ? docspace({ id: 5, title: 'a.txt', folderId: 7, pureContentLength: 3 }) : docspace(folders[last]);
    });
    const stat = makeSource({ baseUrl: server.url }).source.stat({ folder, file: '5' });
    if (isIn) expect(await stat).toMatchObject({ kind: 'file', folder, id: '5' });
    else expect(await errorOf(stat)).toMatchObject({ kind: 'not-found', message: expect.stringContaining('it is in the folder 7') });
  });

  test('the folder of a section is looked up once', async () => {
    const server = await start(({ path }) => (path.includes('/file/') ? docspace({ id: 5, title: 'a.txt', folderId: 7 }) : docspace({ current: { id: 7, title: 'My' } })));
    const { source } = makeSource({ baseUrl: server.url });
    await source.stat('@my/5');
    await source.stat('@my/5');
    expect(server.lines().filter((line) => line.includes('@my'))).toHaveLength(1);
  });

  test('a section keeps its name as its id', async () => {
    const server = await start(() => docspace({ files: [], folders: [], current: { id: 7, title: 'My documents', updated: '0001-01-01T00:00:00' } }));
    expect(await makeSource({ baseUrl: server.url }).source.stat('@my')).toEqual({ kind: 'folder', id: '@my', name: 'My documents', modified: null, entryCount: null, ref: 'documents:@my' });
  });

  test('an answer about another entry is not believed', async () => {
    const server = await start(() => docspace({ id: 6, title: 'a.txt', folderId: 7 }));
    const { source } = makeSource({ baseUrl: server.url });
    expect(await errorOf(source.stat('7/5'))).toMatchObject({ kind: 'vendor-protocol' });
    expect(await errorOf(source.stat('7'))).toMatchObject({ kind: 'vendor-protocol' });
  });

  test.each(['abc', '0', '-1', '1.2', '@my'])('the file id %j is none, and nothing is sent', async (file) => {
    const server = await start(() => docspace(null));
    expect(await errorOf(makeSource({ baseUrl: server.url }).source.stat({ folder: '7', file }))).toMatchObject({ kind: 'invalid-argument' });
    expect(server.asked).toEqual([]);
  });

  test.each(['javascript:alert(document.domain)', 'data:text/html,x', 'file:///etc/passwd'])('a link that is no web address is handed to nobody: %s', async (viewUrl) => {
    const server = await portal({ file: { viewUrl }, handler: told(bytes) });
    expect(await errorOf(makeSource({ baseUrl: server.url }).source.link('7/5'))).toMatchObject({ kind: 'vendor-protocol' });
  });

  test('a link is the portal\'s own, and a folder has none', async () => {
    const server = await portal({ handler: told(bytes) });
    const { source } = makeSource({ baseUrl: server.url });
    expect(await source.link('7/5', { language: 'DEU' })).toEqual({ url: `${server.url}/filehandler.ashx?action=download&fileid=5`, kind: 'file', expires: null, needsCredentials: true });
    expect(await errorOf(source.link('7'))).toMatchObject({ kind: 'unsupported' });
  });
});
