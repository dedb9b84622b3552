import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { buffer } from 'node:stream/consumers';
import { createFileSource, createLimiter } from '@filesource/core';
import { createTestPorts } from '@filesource/testkit';
import { adapterOf, bytesOf, eachAction, errorOf, result, startScriptedServer, type Answer, type ScriptedServer } from './helpers.ts';

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer();
  server.onApi = eachAction((action) => result(action, [{ id: 3247, elements: { filename: 'Plan.bin', fileSize: before.length, url: `${server.url}/file` } }]));
});
afterEach(() => server.close());

const before = Buffer.alloc(600_000, 'a');
const after = Buffer.alloc(600_000, 'b');
const file = { folder: '247', file: '3247' };
const longAgo = 'Mon, 01 Jan 2024 00:00:00 GMT';
const later = 'Tue, 02 Jan 2024 00:00:00 GMT';
type Headers = Readonly<Record<string, string>>;

/** The first half of a file, and then the connection breaks. */
const half = (headers: Headers): Answer => (response) => {
  response.writeHead(200, { 'content-length': before.length, ...headers });
  response.write(before.subarray(0, 300_000), () => setTimeout(() => response.destroy(), 50));
};

/** The rest of a file, as it was asked for. */
function rest(bytes: Buffer, headers: Headers): void {
  server.onGet = (request, count) => {
    if (count === 1) return half(firstHeaders);
    const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    return { status: 206, headers: { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`, ...headers }, body: bytes.subarray(start) };
  };
}
let firstHeaders: Headers = {};

async function openThroughLayers(): Promise<Buffer> {
  const { body } = await createFileSource({ name: 'files', provider: 'onoffice-appointment', adapter: adapterOf(server, 'onoffice-appointment'), limiter: createLimiter(4), ports: createTestPorts() }).open(file);
  return buffer(body);
}

describe('a file that is replaced by another one of its size while it is fetched', () => {
  test.each<[string, Headers, Headers]>([
    ['ETag', { etag: '"1"' }, { etag: '"2"' }],
    ['time of change', { 'last-modified': longAgo }, { 'last-modified': later }],
  ])('is no mixture of both where the %s tells', async (_name, first, second) => {
    firstHeaders = first;
    rest(after, second);
    expect(await errorOf(openThroughLayers())).toMatchObject({ kind: 'conflict' });
  });

  test.each<[string, Headers, Headers]>([
    ['the same', { etag: '"1"' }, { etag: '"1"' }],
    ['weak', { etag: 'W/"1"' }, { etag: 'W/"2"' }],
    ['told only once', { etag: '"1"' }, {}],
  ])('is continued where the ETag is %s', async (_name, first, second) => {
    firstHeaders = first;
    rest(before, second);
    expect((await openThroughLayers()).equals(before)).toBe(true);
  });
});

test('a time of change that is made up for each answer is no validator', async () => {
  server.onGet = () => ({ headers: { 'last-modified': new Date().toUTCString() }, body: before });
  const content = await adapterOf(server, 'onoffice-appointment').open(file, {});
  expect(content.validator).toBeNull();
  await bytesOf(content);
});
