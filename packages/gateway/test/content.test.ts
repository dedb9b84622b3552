import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sampleDocumentNamed, type SampleDocument } from '@filesource/sandbox';
import contentDisposition from 'content-disposition';
import { startWorld, type World } from './support/gateway.ts';

const path = '/v1/sources/contacts/folders/1237/files/1757/content';
const expected = sampleDocumentNamed('Grundriss Obergeschoß.pdf').bytes();
const size = expected.length;

describe('content', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(async () => world.close());

  async function read(range?: string, headers: Record<string, string> = {}, from = path): Promise<{ readonly status: number; readonly bytes: Buffer; readonly headers: Headers }> {
    const response = await world.get(from, { headers: { ...(range === undefined ? {} : { range }), ...headers } });
    return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()), headers: response.headers };
  }

  test('is the file, to be saved under its name', async () => {
    const { status, bytes, headers } = await read();
    expect({ status, isSame: bytes.equals(expected) }).toEqual({ status: 200, isSame: true });
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': String(size),
      'content-disposition': `attachment; filename="Grundriss Obergescho_.pdf"; filename*=UTF-8''Grundriss%20Obergescho%C3%9F.pdf`,
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    });
  });

  test.each([path, '/v1/sources/documents/folders/101/files/104/content', '/v1/sources/appointments/folders/247/files/3247/content'])('HEAD of %s has the headers of GET and no body', async (from) => {
    const got = await read(undefined, {}, from);
    const head = await world.get(from, { method: 'HEAD' });
    const comparable = (headers: Headers): unknown => Object.fromEntries([...headers].filter(([name]) => !['x-request-id', 'date', 'connection', 'keep-alive'].includes(name)));
    expect(head.status).toBe(200);
    expect(comparable(head.headers)).toEqual(comparable(got.headers));
    expect((await head.arrayBuffer()).byteLength).toBe(0);
  });

  test.each([
    ['bytes=0-9', 0, 9],
    ['bytes=0-0', 0, 0],
    ['bytes=5-', 5, size - 1],
    ['bytes=-7', size - 7, size - 1],
    [`bytes=-${size + 100}`, 0, size - 1],
    [`bytes=0-${size + 100}`, 0, size - 1],
    [`bytes=${size - 1}-`, size - 1, size - 1],
    ['Bytes = 3-4', 3, 4],
  ])('%s is answered with that part', async (range, first, last) => {
    const { status, bytes, headers } = await read(range);
    expect({ status, range: headers.get('content-range'), length: headers.get('content-length') }).toEqual({ status: 206, range: `bytes ${first}-${last}/${size}`, length: String(last - first + 1) });
    expect(bytes.equals(expected.subarray(first, last + 1))).toBe(true);
  });

  test.each([[`bytes=${size}-`], [`bytes=${size + 5}-${size + 9}`], ['bytes=-0'], ['bytes=9007199254740000-']])('%s is not there: 416, with the size', async (range) => {
    const { status, headers, bytes } = await read(range);
    expect({ status, range: headers.get('content-range'), type: headers.get('content-type') }).toEqual({ status: 416, range: `bytes */${size}`, type: expect.stringContaining('application/problem+json') });
    expect(JSON.parse(bytes.toString())).toMatchObject({ kind: 'range-not-satisfiable' });
  });

  test.each(['bytes=', 'bytes=a-b', 'bytes=9-3', 'bytes=--5', 'bytes=1', 'bytes=1e3-2e3'])('%s is no range: 400', async (range) => {
    expect((await read(range)).status).toBe(400);
  });

  test.each(['bytes=0-1,5-6', 'items=0-5', 'nonsense'])('%s is answered with all of it', async (range) => {
    const { status, bytes } = await read(range);
    expect({ status, isSame: bytes.equals(expected) }).toEqual({ status: 200, isSame: true });
  });

  test('an interrupted download goes on with If-Range while the file is the same, and starts anew when not', async () => {
    const from = '/v1/sources/documents/folders/101/files/104/content';
    const { headers } = await read(undefined, {}, from);
    const etag = headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{20,}"$/);
    expect((await read('bytes=4-', { 'if-range': etag }, from)).status).toBe(206);
    const other = await read('bytes=4-', { 'if-range': '"another"' }, from);
    expect({ status: other.status, text: other.bytes.toString() }).toEqual({ status: 200, text: 'Fassung 3\n' });
    expect((await read('bytes=4-', { 'if-range': 'Wed, 21 Oct 2015 07:28:00 GMT' }, from)).status).toBe(200);
  });

  test('names that nobody gives in good faith stay plain names', async () => {
    const { items } = await world.json<{ items: { id: string; name: string }[] }>('/v1/sources/contacts/folders/1260/entries');
    expect(items.length).toBeGreaterThanOrEqual(14);
    for (const { id } of items) {
      const { status, headers } = await read(undefined, {}, `/v1/sources/contacts/folders/1260/files/${id}/content`);
      const { type, parameters } = contentDisposition.parse(headers.get('content-disposition') ?? '');
      expect({ status, type }).toEqual({ status: 200, type: 'attachment' });
      expect(parameters['filename']).toMatch(/^(?!\.+$)[^/\\\p{Cc}\p{Cf}]+$/u);
      expect(headers.get('set-cookie')).toBeNull();
    }
  });

  test.each([
    ['．．', /^attachment; filename="file-\d+"; filename\*=/],
    ['…', /^attachment; filename="file-\d+"; filename\*=/],
    ['．．＼．．＼autoexec．bat', /^attachment; filename="\.\._\.\._autoexec\.bat"; filename\*=/],
  ])('the name for old clients is no path either where wide characters make it one: %s', async (title, expected) => {
    const { id } = world.onlyOffice.store.addFile(105, { title, content: Buffer.from('x') });
    const { headers } = await read(undefined, {}, `/v1/sources/documents/folders/105/files/${id}/content`);
    expect(headers.get('content-disposition')).toMatch(expected);
  });

  test('HTML of a vendor is never shown as a page of the gateway', async () => {
    const html = Buffer.from('<script>alert(1)</script>');
    const document: SampleDocument = { ...sampleDocumentNamed('Notiz.txt'), name: 'page.html', mediaType: 'text/html', bytes: () => html };
    const { id } = world.onOffice.store.addresses.addFile(1250, document);
    const { headers, bytes } = await read(undefined, {}, `/v1/sources/contacts/folders/1250/files/${id}/content`);
    expect(bytes.toString()).toBe(html.toString());
    expect(headers.get('content-disposition')).toMatch(/^attachment/);
    expect(headers.get('content-security-policy')).toContain('sandbox');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});
