import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { createFileSourceMcp, serveHttp, type FileSourceMcp, type HttpOptions, type HttpServing } from '@filesource/mcp';
import { createVirtualClock, nodeHashing, type MemoryAdapter, type VirtualClock } from '@filesource/testkit';
import { call } from './support/call.ts';
import { memoryStore } from './support/memory-store.ts';
import { httpTransport, newClient, startWorld, type World } from './support/world.ts';

const token = 'a-token-of-this-test';
const initialize = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } } };
const good = { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

describe('the HTTP server', () => {
  let clock: VirtualClock;
  let mcp: FileSourceMcp;
  let serving: HttpServing;
  let adapter: MemoryAdapter;
  const serve = async (options: Partial<HttpOptions> = {}): Promise<void> => {
    clock = createVirtualClock();
    const memory = memoryStore({ folders: [{ id: '1', files: [{ id: '2', name: 'a.txt', bytes: Buffer.from('hello') }] }] });
    adapter = memory.adapter;
    mcp = await createFileSourceMcp({ sources: memory.store, clock, hashing: nodeHashing });
    serving = await serveHttp(mcp, { token, clock, ...options });
  };
  beforeEach(() => serve());
  afterEach(async () => {
    await serving.close();
    await mcp.close();
  });
  /** With headers that `fetch` does not let through. */
  const send = async (headers: OutgoingHttpHeaders, body: unknown = initialize, path = '/mcp', method = 'POST'): Promise<IncomingMessage & { readonly text: string }> => {
    const { hostname, port } = new URL(serving.url);
    const request = httpRequest({ hostname, port, path, method, headers, agent: false });
    request.end(typeof body === 'string' ? body : JSON.stringify(body));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return Object.assign(response, { text });
  };
  const open = async (): Promise<string> => {
    const { statusCode, headers } = await send(good);
    expect(statusCode).toBe(200);
    return String(headers['mcp-session-id']);
  };

  test('a session ends when nobody uses it, also after a client that pipelined requests went away', async () => {
    const id = await open();
    const { hostname, port } = new URL(serving.url);
    const socket = connect(Number(port), hostname);
    const head = `Host: ${hostname}\r\nAuthorization: Bearer ${token}\r\nMcp-Session-Id: ${id}\r\nMcp-Protocol-Version: 2025-06-18\r\n`;
    const ping = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'ping' });
    socket.write(`GET /mcp HTTP/1.1\r\n${head}Accept: text/event-stream\r\n\r\n`);
    socket.write(`POST /mcp HTTP/1.1\r\n${head}Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${ping.length}\r\n\r\n${ping}`);
    await once(socket, 'readable');
    socket.destroy();
    while (serving.sessionCount > 0) {
      await clock.advance(31 * 60_000);
      await send({ ...good, 'mcp-session-id': 'of-nobody' });
    }
  });

  test('an address that is no URL is answered as one that is not there', async () => {
    expect((await send(good, initialize, '//')).statusCode).toBe(404);
    expect((await send(good, initialize, 'http://[/mcp')).statusCode).toBe(404);
  });

  test('listens on loopback, and takes a client of the SDK', async () => {
    expect(serving.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
    const client = newClient();
    await client.connect(httpTransport(serving.url, token));
    expect(await call(client, 'stat', { ref: 'memory:1/2' })).toMatchObject({ entry: { name: 'a.txt' } });
    await client.close();
  });

  test('refuses what brings no token, or another, and does not look at the rest', async () => {
    for (const authorization of [undefined, '', 'Bearer', 'Bearer wrong', `Basic ${token}`, `Bearer ${token}x`, `Bearer ${token.slice(1)}`]) {
      const { authorization: _, ...rest } = good;
      const { statusCode, headers, text } = await send({ ...rest, ...(authorization === undefined ? {} : { authorization }) }, 'x'.repeat(100_000));
      expect({ authorization, statusCode, challenge: headers['www-authenticate'] }).toEqual({ authorization, statusCode: 401, challenge: 'Bearer' });
      expect(JSON.parse(text)).toEqual({ jsonrpc: '2.0', id: null, error: { code: -32_000, message: 'This server needs its bearer token.' } });
    }
    expect(serving.sessionCount).toBe(0);
  });

  test('refuses hosts and origins of others, even with the token', async () => {
    const { port } = new URL(serving.url);
    for (const host of ['evil.example.com', `evil.example.com:${port}`, '127.0.0.1.evil.example.com', 'user@127.0.0.1']) {
      expect({ host, statusCode: (await send({ ...good, host })).statusCode }).toEqual({ host, statusCode: 403 });
    }
    for (const origin of ['http://evil.example.com', 'null', `http://127.0.0.1:${port}`]) expect((await send({ ...good, origin })).statusCode).toBe(403);
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, '[::1]']) expect((await send({ ...good, host })).statusCode).toBe(200);
  });

  test('lets in the hosts and origins that it was told', async () => {
    await serving.close();
    await serve({ allowHosts: ['files.example.com'], allowOrigins: ['https://agent.example.com'] });
    expect((await send({ ...good, host: 'files.example.com', origin: 'https://agent.example.com' })).statusCode).toBe(200);
    expect((await send({ ...good, host: 'files.example.com', origin: 'https://agent.example.com.evil.example' })).statusCode).toBe(403);
  });

  test('knows one path, and bounds what is sent to it', async () => {
    expect((await send(good, initialize, '/')).statusCode).toBe(404);
    expect((await send(good, initialize, '/mcp', 'PUT')).statusCode).toBe(405);
    expect((await send(good, JSON.stringify({ ...initialize, pad: 'x'.repeat(2 * 1024 * 1024) }))).statusCode).toBe(413);
    expect((await send(good, '{"jsonrpc"')).statusCode).toBe(400);
    expect((await send(good, { jsonrpc: '2.0', id: 1, method: 'tools/list' })).statusCode).toBe(400);
    expect(serving.sessionCount).toBe(0);
  });

  test.each([
    ['a tool', { method: 'tools/call', params: { name: 'read_text', arguments: { file: 'memory:1/2' } } }],
    ['a resource', { method: 'resources/read', params: { uri: 'filesource://memory/1/2' } }],
  ])('a cancelled call of %s keeps no connection, and its session is not in use', async (_what, request) => {
    const headers = { ...good, 'mcp-session-id': await open(), 'mcp-protocol-version': '2025-06-18' };
    const opened = new Promise<void>((resolve) => {
      adapter.onBody = () => {
        resolve();
        return new Readable({ read: () => undefined });
      };
    });
    const answer = send(headers, { jsonrpc: '2.0', id: 7, ...request });
    await opened;
    await send(headers, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } });
    expect((await answer).text).toBe('');
    await clock.advance(31 * 60_000);
    await send({ ...good, 'mcp-session-id': 'of-nobody' });
    expect(serving.sessionCount).toBe(0);
  });

  test('forgets a session that nobody uses for half an hour', async () => {
    const id = await open();
    const ping = { jsonrpc: '2.0', id: 2, method: 'ping' };
    await clock.advance(29 * 60_000);
    expect((await send({ ...good, 'mcp-session-id': id }, ping)).statusCode).toBe(200);
    await clock.advance(29 * 60_000);
    expect((await send({ ...good, 'mcp-session-id': id }, ping)).statusCode).toBe(200);
    await clock.advance(31 * 60_000);
    expect((await send({ ...good, 'mcp-session-id': id }, ping)).statusCode).toBe(404);
    expect(serving.sessionCount).toBe(0);
  });

  test('ends a session that its client ends, and knows none that it did not open', async () => {
    const id = await open();
    expect((await send({ ...good, 'mcp-session-id': 'other' }, { jsonrpc: '2.0', id: 2, method: 'ping' })).statusCode).toBe(404);
    expect((await send({ ...good, 'mcp-session-id': id }, '', '/mcp', 'DELETE')).statusCode).toBe(200);
    expect(serving.sessionCount).toBe(0);
  });

  test('has so many sessions and no more: the idlest makes place, and one in use does not', async () => {
    await serving.close();
    await serve({ sessions: { most: 2 } });
    const [first, second] = [await open(), await open()];
    await clock.advance(1);
    expect((await send({ ...good, 'mcp-session-id': first }, { jsonrpc: '2.0', id: 2, method: 'ping' })).statusCode).toBe(200);
    await open();
    expect(serving.sessionCount).toBe(2);
    expect((await send({ ...good, 'mcp-session-id': second }, { jsonrpc: '2.0', id: 2, method: 'ping' })).statusCode).toBe(404);
    const clients = [newClient(), newClient()];
    // Each keeps a stream open, on which it listens: that is what it asks for last, and gets an answer to at once.
    for (const client of clients) {
      await new Promise<void>((resolve, reject) => {
        const transport = httpTransport(serving.url, token, (method) => void (method === 'GET' && resolve()));
        client.connect(transport).catch(reject);
      });
    }
    expect((await send(good)).statusCode).toBe(503);
    await Promise.all(clients.map((client) => client.close()));
  });

  test('has no more sessions either when many clients open theirs at once, and gives back the places of those that went away', async () => {
    await serving.close();
    await serve({ sessions: { most: 2 } });
    const { hostname, port } = new URL(serving.url);
    const begin = async (): Promise<{ readonly request: ClientRequest; readonly closed: Promise<unknown> }> => {
      const request = httpRequest({ hostname, port, path: '/mcp', method: 'POST', headers: good, agent: false });
      request.on('error', () => undefined).on('response', (response) => response.resume());
      const closed = new Promise((resolve) => request.once('close', resolve));
      await new Promise((resolve) => request.write(' ', resolve));
      return { request, closed };
    };
    const begun = await Promise.all([begin(), begin(), begin(), begin()]);
    // The heads that were sent before have come by then.
    await send({ ...good, 'mcp-session-id': 'of-nobody' });
    for (const { request } of begun) request.end(JSON.stringify(initialize));
    await Promise.all(begun.map(({ closed }) => closed));
    expect(serving.sessionCount).toBe(2);

    for (const { request } of await Promise.all([begin(), begin()])) request.destroy();
    while ((await send(good)).statusCode !== 200);
  });

  test('refuses a token that is easily guessed or that no header can bring, and a port that is taken', async () => {
    await expect(serveHttp(mcp, { token: 'short', clock })).rejects.toMatchObject({ kind: 'invalid-argument' });
    for (const none of ['a token of several words', 'a-token-with-ümlauts']) await expect(serveHttp(mcp, { token: none, clock })).rejects.toMatchObject({ kind: 'invalid-argument' });
    await expect(serveHttp(mcp, { token, clock, port: Number(new URL(serving.url).port) })).rejects.toMatchObject({ kind: 'conflict' });
    await expect(serveHttp(mcp, { token, clock, host: '192.0.2.1' })).rejects.toMatchObject({ kind: 'invalid-argument' });
  });
});

describe('filesource mcp --http', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.close());

  test('shows a random token once, and ends with 0 on SIGTERM, also while a client listens', async () => {
    const server = await world.serveHttp();
    expect(server.token).toMatch(/^[\w-]{32}$/);
    const client = newClient();
    await client.connect(httpTransport(server.url, server.token));
    expect(await call(client, 'list_folder', { folder: 'contacts:1250' })).toMatchObject({ entries: [] });
    expect(await server.close()).toBe(0);
    expect(server.stderr()).not.toContain(server.token);
    await client.close();
  });

  test('takes the token from a variable, and shows it nowhere', async () => {
    const server = await world.serveHttp(['--token-env', 'MY_TOKEN'], { MY_TOKEN: token });
    expect(server.token).toBe('');
    const client = newClient();
    await client.connect(httpTransport(server.url, token));
    await client.close();
    expect(await server.close()).toBe(0);
    await expect(world.serveHttp(['--token-env', 'NO_TOKEN'])).rejects.toThrow('NO_TOKEN is not set');
    await expect(world.serveHttp(['--token-env', 'MY_TOKEN'], { MY_TOKEN: 'short' })).rejects.toThrow('at least 16');
  });
});
