import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { once } from 'node:events';
import { rawRequest } from './support/raw-request.ts';
import { startWorld, tokens, type World } from './support/gateway.ts';

const authorization = `Bearer ${tokens.all}`;

describe('bad input', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ settings: { requestTimeoutMs: 300 } });
  });
  afterAll(async () => world.close());

  const vendorRequests = (): number => world.onOffice.requests.length + world.onlyOffice.requests.length;

  test.each([
    ['an unknown source', '/v1/sources/nonsense/folders/1/entries', 404, 'not-found'],
    ['a name that no source can have', '/v1/sources/%24%7Bx%7D', 400, 'invalid-argument'],
    ['a dot-dot for a folder', '/v1/sources/documents/folders/../entries', 400, 'invalid-argument'],
    ['an encoded dot-dot', '/v1/sources/documents/folders/%2e%2e/entries', 400, 'invalid-argument'],
    ['a dot-dot with a slash', '/v1/sources/documents/folders/..%2f..%2fpeople/entries', 400, 'invalid-argument'],
    ['a dot-dot with a backslash', '/v1/sources/documents/folders/x%5c..%5cy/entries', 400, 'invalid-argument'],
    ['a dot-dot that is encoded twice', '/v1/sources/documents/folders/%252e%252e%252fpeople/entries', 400, 'invalid-argument'],
    ['a dot-dot in the id of a file', '/v1/sources/documents/folders/101/files/..%2f1/content', 400, 'invalid-argument'],
    ['a NUL', '/v1/sources/documents/folders/101%00/entries', 400, 'invalid-argument'],
    ['a NUL that is encoded twice', '/v1/sources/documents/folders/101%2500/entries', 400, 'invalid-argument'],
    ['a line break', '/v1/sources/documents/folders/101/files/1%0d%0aX:y/content', 400, 'invalid-argument'],
    ['a folder that is no id of the vendor', '/v1/sources/contacts/folders/abc/entries', 400, 'invalid-argument'],
    ['an endless id', `/v1/sources/documents/folders/${'9'.repeat(2000)}/entries`, 400, 'invalid-argument'],
    ['half a percent sign', '/v1/sources/documents/folders/%zz/entries', 400, 'invalid-argument'],
    ['a foreign cursor', '/v1/sources/contacts/folders/1240/entries?cursor=djEuMTI0MC4x', 400, 'invalid-argument'],
    ['a limit that is none', '/v1/sources/contacts/folders/1240/entries?limit=0', 400, 'invalid-argument'],
    ['a limit that is a word', '/v1/sources/contacts/folders/1240/entries?limit=all', 400, 'invalid-argument'],
    ['an unknown parameter', '/v1/sources/contacts/folders/1240/entries?curser=x', 400, 'invalid-argument'],
    ['a parameter that comes twice', '/v1/sources/contacts/folders/1240/entries?limit=1&limit=2', 400, 'invalid-argument'],
    ['an unknown address', '/v1/nonsense', 404, 'not-found'],
    ['an unknown operation', '/v1/operations/nonsense', 404, 'not-found'],
  ])('%s', async (_what, path, status, kind) => {
    const before = vendorRequests();
    const answer = await rawRequest(world.url, path, { headers: { authorization } });
    expect({ status: answer.status, type: answer.headers['content-type'] }).toEqual({ status, type: expect.stringContaining('application/problem+json') });
    expect(JSON.parse(answer.body)).toMatchObject({ kind, status, detail: expect.stringMatching(/./) });
    expect(vendorRequests()).toBe(before);
  });

  test('a cursor of another folder, and one that was cut or changed', async () => {
    const { nextCursor: cursor } = await world.json<{ nextCursor: string }>('/v1/sources/contacts/folders/1240/entries?limit=100');
    const status = async (folder: string, text: string): Promise<number> => (await world.get(`/v1/sources/${folder}/entries?limit=100&cursor=${text}`)).status;
    expect(await status('contacts/folders/1240', cursor)).toBe(200);
    expect(await status('contacts/folders/1237', cursor)).toBe(400);
    expect(await status('appointments/folders/248', cursor)).toBe(400);
    expect(await status('contacts/folders/1240', cursor.slice(0, -1))).toBe(400);
    expect(await status('contacts/folders/1240', `${cursor}A`)).toBe(400);
    for (let at = 0; at < cursor.length; at += 7) {
      const changed = cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1);
      expect(await status('contacts/folders/1240', changed)).toBe(400);
    }
  });

  test.each([
    ['a body that is no JSON', '{', 'application/json', 400],
    ['no body at all', '', 'application/json', 400],
    ['a form', 'folder=1237', 'application/x-www-form-urlencoded', 415],
    ['plain text', '{"folder":"1237"}', 'text/plain', 415],
    ['an unknown field', '{"folder":"1237","fodler":1}', 'application/json', 400],
    ['a list', '[]', 'application/json', 400],
    ['a body that reaches for the prototype', '{"folder":"1237","__proto__":{"x":1}}', 'application/json', 400],
    ['a language that is none', '{"folder":"1237","language":"Deutsch"}', 'application/json', 400],
    ['64 KiB and a byte', JSON.stringify({ folder: 'x'.repeat(65_537 - 13) }), 'application/json', 413],
  ])('%s', async (_what, body, contentType, status) => {
    const answer = await rawRequest(world.url, '/v1/sources/contacts/links', { method: 'POST', headers: { authorization, 'content-type': contentType, 'content-length': String(Buffer.byteLength(body)) }, body });
    expect({ status: answer.status, body: JSON.parse(answer.body) as unknown }).toEqual({ status, body: expect.objectContaining({ status, detail: expect.stringMatching(/./) }) });
  });

  test.each([
    ['no refs', { refs: [] }],
    ['a ref that leads elsewhere', { refs: ['..%2f..'] }],
    ['a ref with a path', { refs: ['101/../7'] }],
    ['a ref of another source', { refs: ['contacts:1237'] }],
    ['a conversion of a file that is not in it', { refs: ['101'], convert: { '7': '.pdf' } }],
  ])('an archive of %s is 400 and no operation', async (_what, body) => {
    const response = await world.post('/v1/sources/documents/archives', body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ kind: 'invalid-argument' });
  });

  test.each([{ folder: '..' }, { folder: '101/..' }, { folder: '%2e%2e' }, { folder: '101', file: '../7' }])('a link to %j, which leads elsewhere, is 400 and reaches no vendor', async (body) => {
    const before = world.onlyOffice.requests.length;
    const response = await world.post('/v1/sources/documents/links', body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ kind: 'invalid-argument' });
    expect(world.onlyOffice.requests).toHaveLength(before);
  });

  test('a token of an operation that is none', async () => {
    for (const token of ['nonsense', 'fsop_', 'fsop_AAAA', 'x'.repeat(40_000)]) expect((await world.post('/v1/operations', { token })).status).toBe(400);
  });

  test.each([
    ['half a percent sign', '%zz', 'percent sign'],
    ['an id that is longer than any address', '9'.repeat(4000), 'at most 1024 characters'],
  ])('%s is told what it is, with the id and the safe headers of every answer', async (_what, folder, detail) => {
    const { status, headers, body } = await rawRequest(world.url, `/v1/sources/documents/folders/${folder}/entries`, { headers: { authorization, 'x-request-id': 'abc-1' } });
    expect({ status, problem: JSON.parse(body) as unknown }).toEqual({ status: 400, problem: expect.objectContaining({ instance: 'abc-1', detail: expect.stringContaining(detail) }) });
    expect(headers).toMatchObject({ 'x-request-id': 'abc-1', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  });

  test('a method that an address does not take, with those that it takes', async () => {
    const response = await world.get('/v1/sources/contacts', { method: 'DELETE' });
    expect({ status: response.status, allow: response.headers.get('allow') }).toEqual({ status: 405, allow: 'GET, HEAD' });
  });

  test('a head that is too large', async () => {
    const answer = await rawRequest(world.url, `/v1/sources?x=${'y'.repeat(20_000)}`, { headers: { authorization } });
    expect({ status: answer.status, problem: JSON.parse(answer.body) as unknown }).toEqual({ status: 431, problem: expect.objectContaining({ kind: 'too-large' }) });
  });

  async function talk(...sent: readonly string[]): Promise<string> {
    const { hostname, port } = new URL(world.url);
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('utf8')));
    socket.on('error', () => undefined);
    for (const text of sent) socket.write(text);
    await once(socket, 'close');
    return received;
  }

  test('something that is not HTTP is told so, and the connection is closed', async () => {
    const answer = await talk('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('application/problem+json');
  });

  test('a client that never ends its head is closed in time', async () => {
    const answer = await talk('GET /v1/sources HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('a client that never ends its body is closed in time', async () => {
    const answer = await talk(`POST /v1/sources/contacts/links HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"folder":`);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('a failing vendor is a problem with its kind, what to do, and a status that says whose fault it is', async () => {
    world.onOffice.faults.set([{ kind: 'rate-limit', times: 20 }]);
    const response = await world.get('/v1/sources/contacts/folders/15185/entries');
    const problem = (await response.json()) as { status: number; advice: string };
    expect([429, 502, 503]).toContain(response.status);
    expect(problem).toMatchObject({ status: response.status, detail: expect.stringContaining('contacts:15185'), advice: expect.stringMatching(/./) });
    world.onOffice.faults.set([]);
  });

  test('every answer carries its id, that of the client where it sends a plain one', async () => {
    expect((await world.get('/healthz', { headers: { 'x-request-id': 'abc-1' } })).headers.get('x-request-id')).toBe('abc-1');
    expect((await world.get('/healthz', { headers: { 'x-request-id': '<script>' } })).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});
