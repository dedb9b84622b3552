import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { readBody, WholeBody } from '@filesource/core';
import { realClock } from '@filesource/testkit';
import { createHttpClient } from '../src/index.ts';

const closings: (() => void)[] = [];
afterEach(() => {
  for (const close of closings.splice(0)) close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closings.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file?a=1`;
}

function client(): ReturnType<typeof createHttpClient> {
  const made = createHttpClient({ clock: realClock });
  closings.push(() => made.close());
  return made;
}

describe.each([true, false])('an exchange with isDownload %s', (isDownload) => {
  const method = 'GET';

  test('asks with the same headers, and gives status, headers and body', async () => {
    const url = await serve((request, response) => {
      const { 'user-agent': agent, accept, 'accept-encoding': encoding, authorization } = request.headers;
      response.writeHead(203, { 'x-one': '1', 'set-cookie': ['a', 'b'] }).end(JSON.stringify([request.method, request.url, agent, accept, encoding, authorization]));
    });
    const answer = await client().send({ method, url, isDownload, credentials: { authorization: 'Bearer t' } });
    expect(answer).toMatchObject({ status: 203, url, headers: { 'x-one': '1', 'set-cookie': 'a, b' } });
    expect(JSON.parse((await readBody(answer.body, 1000)).toString())).toEqual(['GET', '/file?a=1', 'filesource', '*/*', 'gzip, br', 'Bearer t']);
  });

  test('ends at an abort, before the answer and in its body', async () => {
    const url = await serve((request, response) => {
      if (request.headers['x-start'] !== undefined) response.writeHead(200).write('some');
    });
    const stop = new AbortController();
    const waiting = client().send({ method, url, isDownload, signal: stop.signal });
    const { body } = await client().send({ method, url, isDownload, signal: stop.signal, headers: { 'x-start': '1' } });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ kind: 'aborted' });
    await expect(readBody(body, 1000)).rejects.toMatchObject({ kind: 'aborted' });
  });

  test('fails by name when nobody is there, and when the body is cut', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('four', () => response.destroy());
    });
    const { body } = await client().send({ method, url, isDownload });
    await expect(readBody(body, 1000)).rejects.toMatchObject({ kind: 'truncated' });
    await expect(client().send({ method, url: 'http://127.0.0.1:1/', isDownload })).rejects.toMatchObject({ kind: 'network' });
  });
});

describe('a download that is small', () => {
  const method = 'GET';
  const isDownload = true;
  const bytes = Buffer.alloc(100_000, 'x');

  test('is whole when it is handed over, and its connection serves the next one', async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    });
    const http = client();
    for (let turn = 0; turn < 3; turn += 1) {
      const { body } = await http.send({ method, url, isDownload });
      expect(body).toBeInstanceOf(WholeBody);
      expect((body as WholeBody).takeBytes()?.equals(bytes)).toBe(true);
    }
    expect(ports.size).toBe(1);
  });

  test.each([
    ['no length', {}, 100_000],
    ['more bytes than are worth holding', { 'content-length': 300_000 }, 300_000],
  ])('comes as a stream with %s', async (_, headers, length) => {
    const url = await serve((_request, response) => response.writeHead(200, headers).end(Buffer.alloc(length, 'y')));
    const { body } = await client().send({ method, url, isDownload });
    expect(body).not.toBeInstanceOf(WholeBody);
    expect(await readBody(body, 1_000_000)).toHaveLength(length);
  });

  test('comes as a stream where its bytes come slowly, with those that came first', async () => {
    let finish: () => void = () => undefined;
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 40_000));
      finish = () => response.end(bytes.subarray(40_000));
    });
    const { body } = await client().send({ method, url, isDownload });
    expect(body).not.toBeInstanceOf(WholeBody);
    finish();
    expect((await readBody(body, 1_000_000)).equals(bytes)).toBe(true);
  });

  test('ends at an abort while it comes, and closes the connection', async () => {
    const stop = new AbortController();
    let closed: Promise<void> | undefined;
    const url = await serve((request, response) => {
      closed = new Promise((resolve) => void request.socket.once('close', () => resolve()));
      response.writeHead(200, { 'content-length': 10 }).write('four', () => stop.abort());
    });
    await expect(client().send({ method, url, isDownload, signal: stop.signal }).then(({ body }) => readBody(body, 100))).rejects.toMatchObject({ kind: 'aborted' });
    await closed;
  });

  test('that nobody reads after it broke off ends nothing', async () => {
    const url = await serve((_request, response) => response.writeHead(200, { 'content-length': 10 }).write('four', () => response.destroy()));
    const { body } = await client().send({ method, url, isDownload });
    await new Promise((resolve) => setImmediate(resolve));
    expect(body.destroyed).toBe(false);
    body.destroy();
  });
});

describe('connections', () => {
  const sizes = { 'content-length': 4 };
  test('of one pool serve no other one', async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.writeHead(200, sizes).end('four');
    });
    const http = client();
    for (const pool of ['one', 'two', 'one', 'two']) await readBody((await http.send({ method: 'GET', url, pool })).body, 10);
    expect(ports.size).toBe(2);
  });

  test.each([true, false])('are kept as many as were in use at once (isDownload %s)', async (isDownload) => {
    const ports = new Set<number | undefined>();
    const waiting: (() => void)[] = [];
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      waiting.push(() => void response.writeHead(200, sizes).end('four'));
      if (waiting.length === 40) for (const answer of waiting.splice(0)) answer();
    });
    const http = client();
    const turn = (): Promise<unknown> => Promise.all(Array.from({ length: 40 }, async () => readBody((await http.send({ method: 'GET', url, isDownload })).body, 10)));
    await turn();
    await turn();
    expect(ports.size).toBe(40);
  });
});
