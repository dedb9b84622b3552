import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { adapterOf, bytesOf, eachAction, envelope, errorOf, failure, files, idsOf, result, startScriptedServer, type Exchange, type ScriptedServer, type SentAction } from './helpers.ts';

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server.close());

const file = { folder: '1237', file: '1757' };
const bytes = Buffer.from('Grüße aus Aachen, genau so lang wie es sein soll');
const elements = { name: 'Grüße.txt', filename: 'uuid.txt', fileSize: bytes.length, modified: 1725272069 };
const isContentCall = (action: SentAction): boolean => 'fileid' in action.parameters || 'fileId' in action.parameters;
const contentCalls = (): string[] => server.exchanges.flatMap(({ actions }) => actions.filter(isContentCall).map((action) => ('fileid' in action.parameters ? 'fileid' : 'fileId')));

/** Lists one file, and answers the call for its content as the test says. */
function withContent(answer: (action: SentAction) => unknown, listed: Readonly<Record<string, unknown>> = elements): (exchange: Exchange) => { readonly body: unknown } {
  return ({ actions }) => envelope(actions.map((action) => (isContentCall(action) ? answer(action) : result(action, [{ id: 1757, elements: listed }]))));
}
const content = (text: unknown, more: Readonly<Record<string, unknown>> = {}): ((action: SentAction) => unknown) => (action) => result(action, [{ id: 1757, elements: { ...elements, ...more, content: text } }]);

describe('open', () => {
  test('gives the decoded bytes, with the facts of the listing', async () => {
    server.onApi = withContent(content(bytes.toString('base64')));
    const opened = await adapterOf(server, 'onoffice-address').open(file, {});
    expect(opened).toMatchObject({ size: bytes.length, totalSize: bytes.length, offset: 0, name: 'Grüße.txt', mediaType: 'text/plain', validator: `m1725272069-${bytes.length}` });
    expect((await bytesOf(opened)).equals(bytes)).toBe(true);
  });

  test('sends a file of some megabytes in chunks', async () => {
    const large = Buffer.alloc(3_000_001, 0xff);
    const text = large.toString('base64').replaceAll('/', '\\/');
    server.onApi = ({ actions }) => (actions.some(isContentCall) ? { body: JSON.stringify(envelope(actions.map((action) => content('CONTENT', { fileSize: large.length })(action))).body).replace('CONTENT', () => text) } : withContent(content(''), { ...elements, fileSize: large.length })({ actions, headers: {}, token: '' }));
    const opened = await adapterOf(server, 'onoffice-address').open(file, {});
    const sizes: number[] = [];
    for await (const chunk of opened.body as AsyncIterable<Buffer>) sizes.push(chunk.length);
    expect(sizes.length).toBeGreaterThan(10);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(large.length);
  });

  test('gives an empty file, whose content may be missing', async () => {
    for (const text of ['', null, undefined]) {
      server.onApi = withContent(content(text, { fileSize: 0 }), { ...elements, fileSize: 0 });
      expect(await bytesOf(await adapterOf(server, 'onoffice-address').open(file, {}))).toHaveLength(0);
    }
  });

  test('takes base64 with line breaks', async () => {
    const wrapped = bytes.toString('base64').replace(/.{20}/g, '$&\r\n');
    server.onApi = withContent(content(wrapped));
    expect((await bytesOf(await adapterOf(server, 'onoffice-address').open(file, {}))).equals(bytes)).toBe(true);
  });

  test.each([
    ['shortened', bytes.subarray(0, 9).toString('base64'), 'truncated'],
    ['empty', '', 'truncated'],
    ['too long', Buffer.concat([bytes, bytes]).toString('base64'), 'corrupt'],
    ['no base64', '!!! not base64 !!!', 'corrupt'],
    ['cut inside of a group', bytes.toString('base64').slice(0, -1), 'corrupt'],
    ['padded in the middle', `QQ==${bytes.toString('base64').slice(4)}`, 'corrupt'],
  ])('refuses content that is %s, for now', async (_name, text, kind) => {
    server.onApi = withContent(content(text));
    expect(await errorOf(adapterOf(server, 'onoffice-address').open(file, {}))).toMatchObject({ kind, status: 'temporary' });
  });

  test('looks the size up once, and not again after a listing', async () => {
    server.onApi = withContent(content(bytes.toString('base64')));
    const adapter = adapterOf(server, 'onoffice-address');
    await adapter.open(file, {});
    expect(server.exchanges).toHaveLength(2);
    await adapter.open(file, {});
    expect(server.exchanges).toHaveLength(3);
  });

  test('forgets the size of a file that it could not open', async () => {
    server.onApi = withContent(content(bytes.toString('base64').slice(0, 8)));
    const adapter = adapterOf(server, 'onoffice-address');
    await errorOf(adapter.open(file, {}));
    await errorOf(adapter.open(file, {}));
    expect(server.exchanges).toHaveLength(4);
  });
});

describe('a file that is too large', () => {
  test('is refused by its listed size, before it is asked for', async () => {
    server.onApi = withContent(content(bytes.toString('base64')));
    const adapter = adapterOf(server, 'onoffice-address', { maxContentBytes: bytes.length - 1 });
    await adapter.listPage('1237', {});
    const error = await errorOf(adapter.open(file, {}));
    expect(error).toMatchObject({ kind: 'too-large', status: 'permanent' });
    expect(error.advice).toContain('maxContentBytes');
    expect(contentCalls()).toEqual([]);
  });

  test('just fits at the limit', async () => {
    server.onApi = withContent(content(bytes.toString('base64')));
    const opened = await adapterOf(server, 'onoffice-address', { maxContentBytes: bytes.length }).open(file, {});
    expect((await bytesOf(opened)).length).toBe(bytes.length);
  });

  test('is not read to its end when no size is listed', async () => {
    const huge = 'A'.repeat(4 * 1024 * 1024);
    server.onApi = withContent(content(huge, { fileSize: null }), { ...elements, fileSize: null });
    expect(await errorOf(adapterOf(server, 'onoffice-address', { maxContentBytes: 1000 }).open(file, {}))).toMatchObject({ kind: 'too-large' });
  });

  test('is not read to its end when a smaller size is listed', async () => {
    const huge = 'A'.repeat(4 * 1024 * 1024);
    server.onApi = withContent(content(huge));
    expect(await errorOf(adapterOf(server, 'onoffice-address').open(file, {}))).toMatchObject({ kind: 'vendor-protocol', status: 'temporary' });
  });
});

describe('the spelling of fileid', () => {
  /** Knows one spelling and ignores the other: then the whole list comes, without content. */
  const knowing = (known: string): ((exchange: Exchange) => { readonly body: unknown }) =>
    withContent((action) => (known in action.parameters ? content(bytes.toString('base64'))(action) : result(action, [...files(3), { id: 1757, elements }])));

  test('is fileid first, and fileId where the vendor ignores that; it is remembered', async () => {
    server.onApi = knowing('fileId');
    const adapter = adapterOf(server, 'onoffice-address');
    for (const _time of [1, 2]) expect((await bytesOf(await adapter.open(file, {}))).equals(bytes)).toBe(true);
    expect(contentCalls()).toEqual(['fileid', 'fileId', 'fileId']);
  });

  test('is tried the other way where the vendor refuses the first', async () => {
    server.onApi = withContent((action) => ('fileId' in action.parameters ? content(bytes.toString('base64'))(action) : failure(action, 144, 'Invalid field in input data: "fileid"')));
    expect((await bytesOf(await adapterOf(server, 'onoffice-address').open(file, {}))).equals(bytes)).toBe(true);
  });

  test('does not matter when the content is missing either way', async () => {
    server.onApi = withContent((action) => result(action, [{ id: 1757, elements }]));
    expect(await errorOf(adapterOf(server, 'onoffice-address').open(file, {}))).toMatchObject({ kind: 'vendor-protocol', status: 'temporary' });
    expect(contentCalls()).toEqual(['fileid', 'fileId']);
  });
});

describe('an unknown file is not found', () => {
  test.each([
    ['an empty list', (action: SentAction) => result(action, [])],
    ['the whole list', (action: SentAction) => result(action, files(3))],
    ['another file', (action: SentAction) => result(action, [{ id: 9, elements: { ...elements, content: 'aGk=' } }])],
    ['127', (action: SentAction) => failure(action, 127, 'File not found')],
  ])('when it was listed and the vendor answers with %s', async (_name, answer) => {
    server.onApi = withContent(answer);
    expect((await errorOf(adapterOf(server, 'onoffice-address').open(file, {}))).kind).toBe('not-found');
  });

  test('when it is not listed', async () => {
    server.onApi = eachAction((action) => result(action, files(3)));
    const adapter = adapterOf(server, 'onoffice-address');
    for (const call of [adapter.open(file, {}), adapter.stat(file, {}), adapter.link(file, {})]) expect((await errorOf(call)).kind).toBe('not-found');
    expect(contentCalls()).toEqual([]);
  });
});

describe('stat of a file', () => {
  test('looks through the pages and stops at the file', async () => {
    server.onApi = eachAction((action) => result(action, files(300).slice(Number(action.parameters['listoffset']), Number(action.parameters['listoffset']) + 100), 300));
    const adapter = adapterOf(server, 'onoffice-address');
    await expect(adapter.stat({ folder: '1237', file: '150' }, {})).resolves.toMatchObject({ kind: 'file', folder: '1237', id: '150', size: 10 });
    expect(server.exchanges).toHaveLength(2);
    expect(await idsOf(adapter, '1237')).toHaveLength(300);
  });
});

describe('link', () => {
  const url = 'https://beta.smart.onoffice.de/smart/gui-handler.php?params=mrq3%2B8Iw';
  const shapes: readonly (readonly [string, unknown])[] = [
    ['an array of texts', [url]],
    ['an object', { url }],
    ['an array of one object', [{ downloadUrl: url }]],
    ['a text', url],
  ];

  test.each(shapes)('is a page for 14 days, from elements as %s', async (_name, wire) => {
    server.onApi = eachAction((action) => result(action, [{ id: 'downloadUrl', elements: wire }], 0));
    const clock = { now: () => 1_700_000_000_000, sleep: async () => undefined };
    await expect(adapterOf(server, 'onoffice-address', {}, { clock }).link({ folder: '1237' }, { language: 'deu' })).resolves.toEqual({ url, kind: 'page', expires: new Date(1_700_000_000_000 + 14 * 86_400_000), needsCredentials: false });
    expect(server.exchanges[0]?.actions).toMatchObject([{ resourcetype: 'downloadFiles', resourceid: 'address', parameters: { addressid: 1237, language: 'DEU' } }]);
  });

  test('of a file is the page of its record, in one request with the look for the file', async () => {
    server.onApi = eachAction((action) => (action.resourcetype === 'downloadFiles' ? result(action, [{ id: 'downloadUrl', elements: [url] }], 0) : result(action, files(3))));
    await expect(adapterOf(server, 'onoffice-address').link({ folder: '1237', file: '2' }, {})).resolves.toMatchObject({ url, kind: 'page' });
    expect(server.exchanges).toHaveLength(1);
    expect(server.exchanges[0]?.actions.find(({ resourcetype }) => resourcetype === 'downloadFiles')?.parameters).toEqual({ addressid: 1237 });
  });

  test.each([[['javascript:alert(1)']], [['']], [[]], [['/relative']], [null]])('that is no web address is refused: %j', async (wire) => {
    server.onApi = eachAction((action) => result(action, [{ id: 'downloadUrl', elements: wire }], 0));
    expect((await errorOf(adapterOf(server, 'onoffice-address').link({ folder: '1237' }, {}))).kind).toBe('vendor-protocol');
  });
});

test('archive is left to core', async () => {
  const adapter = adapterOf(server, 'onoffice-address', { maxContentBytes: 5 });
  expect((await errorOf(adapter.archive({ folders: ['1'], files: [], convert: new Map() }, { onItemError: 'fail' }))).kind).toBe('unsupported');
  expect(adapter.capabilities).toMatchObject({ openInMemory: false, archive: { support: 'unsupported' }, openRange: { support: 'unsupported' }, limits: { maxPageSize: 500, maxContentBytes: 5, linkLifetimeMs: 1_209_600_000, openBatch: 50 } });
});
