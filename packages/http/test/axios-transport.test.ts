import { getEventListeners, once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createVirtualClock } from '@filesource/testkit';
import { createAxiosTransport, createHttpClient, type AxiosTransportOptions, type ClosableHttpClient } from '../src/index.ts';
import { get as getOf, startServer, textOf, type TestServer } from './servers.ts';

const clock = createVirtualClock();
const secret = 'SECRET-4711';

// A file takes another way than a call, and everything holds for both.
describe.each([false, true])('the axios transport, isDownload %s', (isDownload) => {
  const get: typeof getOf = (url, more) => ({ ...getOf(url, more), isDownload });
  const endings: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });
  const serve = async (listener: RequestListener): Promise<TestServer> => {
    const server = await startServer(listener);
    endings.push(() => server.close());
    return server;
  };
  const clientWith = (axios: AxiosTransportOptions = {}): ClosableHttpClient => {
    const client = createHttpClient({ clock, axios });
    endings.push(() => client.close());
    return client;
  };

  it('gives any status as an answer, with lower-case headers and joined repeats', async () => {
    const server = await serve((_request, response) => response.writeHead(503, { 'X-Some': ['a', 'b'], 'Set-Cookie': ['c=1', 'd=2'] }).end('busy'));
    const response = await clientWith().send(get(`${server.url}/x`));
    expect(response).toMatchObject({ status: 503, url: `${server.url}/x`, headers: { 'x-some': 'a, b', 'set-cookie': 'c=1, d=2' } });
    expect(await textOf(response)).toBe('busy');
  });

  it('sends method, headers, credentials and body as they are, and no header that axios invents', async () => {
    let body = '';
    const server = await serve((request, response) => request.on('data', (chunk) => (body += String(chunk))).on('end', () => response.end()));
    await clientWith().send({ method: 'POST', url: server.url, headers: { 'Content-Type': 'application/json' }, credentials: { Authorization: secret }, body: '{"ä":1}' }).then(textOf);
    expect(body).toBe('{"ä":1}');
    const { headers, method } = server.requests[0] ?? { headers: {} };
    expect(method).toBe('POST');
    expect(headers).toEqual({ 'content-type': 'application/json', authorization: secret, 'user-agent': 'filesource', accept: '*/*', 'accept-encoding': 'gzip, br', 'content-length': '8', host: server.host, connection: 'keep-alive' });
  });

  it('keeps a connection for the next request', async () => {
    const server = await serve((_request, response) => response.end('x'));
    const sockets = new Set<unknown>();
    server.server.on('connection', (socket) => sockets.add(socket));
    const client = clientWith();
    for (let turn = 0; turn < 3; turn += 1) await client.send(get(server.url)).then(textOf);
    expect(sockets.size).toBe(1);
  });

  it.each([
    ['gzip', gzipSync('hello')],
    ['br', brotliCompressSync('hello')],
    ['deflate', deflateSync('hello')],
  ])('takes %s off, and with it the headers that speak of it', async (encoding, bytes) => {
    const server = await serve((_request, response) => response.writeHead(200, { 'content-encoding': encoding, 'content-length': bytes.length }).end(bytes));
    const response = await clientWith().send(get(server.url));
    expect(response.headers).not.toHaveProperty('content-encoding');
    expect(response.headers).not.toHaveProperty('content-length');
    expect(await textOf(response)).toBe('hello');
  });

  it('fails a compressed body that was cut, even when the connection ended well', async () => {
    const bytes = gzipSync('hello'.repeat(1000)).subarray(0, 30);
    const server = await serve((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bytes));
    await expect(clientWith().send(get(server.url)).then(textOf)).rejects.toMatchObject({ kind: 'truncated' });
  });

  it('takes an empty body that says gzip for empty', async () => {
    const server = await serve((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': 0 }).end());
    expect(await clientWith().send(get(server.url)).then(textOf)).toBe('');
  });

  it('asks for a range without compression, and refuses a part of a compressed file', async () => {
    const server = await serve((_request, response) => response.writeHead(206, { 'content-encoding': 'gzip' }).end('xx'));
    await expect(clientWith().send(get(server.url, { headers: { Range: 'bytes=0-1' } }))).rejects.toMatchObject({ kind: 'vendor-protocol' });
    expect(server.requests[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('answers HEAD with its headers and an empty body', async () => {
    const server = await serve((_request, response) => response.writeHead(200, { 'content-length': 500 }).end());
    const response = await clientWith().send({ method: 'HEAD', url: server.url });
    expect([response.headers['content-length'], await textOf(response)]).toEqual(['500', '']);
  });

  it('fails a body that breaks before its length as truncated, with what came', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('x'.repeat(300));
      setTimeout(() => response.destroy(), 20);
    });
    await expect(clientWith().send(get(server.url)).then(textOf)).rejects.toMatchObject({ kind: 'truncated', status: 'temporary', message: 'the connection broke after 300 of 1000 bytes' });
  });

  it('fails a chunked body that breaks', async () => {
    const server = await serve((_request, response) => {
      response.write('x'.repeat(300));
      setTimeout(() => response.destroy(), 20);
    });
    await expect(clientWith().send(get(server.url)).then(textOf)).rejects.toMatchObject({ kind: 'network', status: 'temporary' });
  });

  it('closes the socket when the body is destroyed', async () => {
    let closed: () => void = () => undefined;
    const serverSawClose = new Promise<void>((resolve) => (closed = resolve));
    const server = await serve((_request, response) => {
      response.on('close', closed);
      const more = (): void => {
        if (!response.destroyed && response.write('x'.repeat(65_536))) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    const response = await clientWith().send(get(server.url));
    await once(response.body, 'readable');
    response.body.destroy();
    await serverSawClose;
  });

  it('reads no further than its reader does', async () => {
    let written = 0;
    const server = await serve((_request, response) => {
      const more = (): void => {
        if (response.destroyed) return;
        written += 65_536;
        if (response.write('x'.repeat(65_536))) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    const response = await clientWith().send(get(server.url));
    await once(response.body, 'readable');
    // What the systems on both sides hold between them fills up, and then nothing moves any more.
    let before = -1;
    while (written !== before) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(written).toBeLessThan(64 * 1024 * 1024);
    }
    response.body.destroy();
  });

  it('ends a call at the abort: before it, while waiting, and in the body; no listener stays', async () => {
    const waiting = new AbortController();
    const server = await serve((request, response) => {
      if (request.url === '/wait') waiting.abort();
      if (request.url === '/body') response.write('x');
      if (request.url === '/whole') response.end('whole');
    });
    const client = clientWith();
    const gone = AbortSignal.abort();
    await expect(client.send(get(server.url, { signal: gone }))).rejects.toMatchObject({ kind: 'aborted' });

    const pending = client.send(get(`${server.url}/wait`, { signal: waiting.signal }));
    await expect(pending).rejects.toMatchObject({ kind: 'aborted' });

    const reading = new AbortController();
    const response = await client.send(get(`${server.url}/body`, { signal: reading.signal, credentials: { authorization: secret } }));
    setTimeout(() => reading.abort(), 30);
    const error: unknown = await textOf(response).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'aborted' });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret);

    const whole = new AbortController();
    await client.send(get(`${server.url}/whole`, { signal: whole.signal })).then(textOf);
    await new Promise((resolve) => setImmediate(resolve));
    for (const { signal } of [waiting, reading, whole]) expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(server.requests.map((request) => request.path)).toEqual(['/wait', '/body', '/whole']);
  });

  it('sends nothing for a signal that has fired before, also without the policies of a client', async () => {
    const server = await serve((_request, response) => response.end('late'));
    const transport = createAxiosTransport();
    endings.push(() => transport.close());
    await transport.send(get(server.url)).then(textOf);
    await expect(transport.send(get(server.url, { signal: AbortSignal.abort() }))).rejects.toMatchObject({ kind: 'aborted' });
    expect(server.requests).toHaveLength(1);
  });

  it('keeps nothing of the request in its errors', async () => {
    const server = await serve((_request, response) => response.destroy());
    const request = get(`${server.url}/?signature=${secret}`, { credentials: { authorization: secret } });
    const error: unknown = await createAxiosTransport().send(request).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'network', cause: expect.objectContaining({ code: 'ECONNRESET' }) });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret);
  });

  it('names a header that HTTP cannot carry, not its value', async () => {
    const sent = clientWith().send(get('https://a.example/', { credentials: { authorization: `${secret}\r\nx: y` } }));
    await expect(sent).rejects.toMatchObject({ kind: 'invalid-argument', message: expect.stringMatching(/authorization/) });
    await expect(clientWith().send(get('https://a.example/', { credentials: { 'x-key': 'schlüssel ✓' } }))).rejects.toMatchObject({ message: expect.not.stringContaining('✓') });
  });

  it('bounds the headers of an answer', async () => {
    const server = await serve((_request, response) => response.writeHead(200, { 'x-long': 'x'.repeat(5000) }).end());
    await expect(clientWith({ maxHeaderBytes: 4096 }).send(get(server.url))).rejects.toMatchObject({ kind: 'vendor-protocol', message: expect.stringContaining('HPE_HEADER_OVERFLOW') });
    expect((await clientWith().send(get(server.url))).status).toBe(200);
  });

  it('reports an answer that is not HTTP, and a server that is not there', async () => {
    const raw = createTcpServer((socket: Socket) => socket.resume().end('SSH-2.0-OpenSSH\r\n'));
    raw.listen(0, '127.0.0.1');
    await once(raw, 'listening');
    const { port } = raw.address() as AddressInfo;
    await expect(clientWith().send(get(`http://127.0.0.1:${port}/`))).rejects.toMatchObject({ kind: 'vendor-protocol' });
    raw.close();
    await once(raw, 'close');
    await expect(clientWith().send(get(`http://127.0.0.1:${port}/`))).rejects.toMatchObject({ kind: 'network', message: expect.stringContaining('ECONNREFUSED') });
  });

  it('bounds the time to connect, TLS included', async () => {
    const silent = createTcpServer((socket) => socket.on('error', () => undefined));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    await expect(clientWith({ connectTimeoutMs: 100 }).send(get(`https://127.0.0.1:${port}/`))).rejects.toMatchObject({ kind: 'timeout', message: 'no connection within 100 ms' });
    await expect(clientWith().send({ ...get(`https://127.0.0.1:${port}/`), connectTimeoutMs: 120 })).rejects.toMatchObject({ kind: 'timeout', message: 'no connection within 120 ms' });
    silent.close();
  });

  it('leaves a slow answer alone once it is connected', async () => {
    const server = await serve((_request, response) => void setTimeout(() => response.end('late'), 2500));
    expect(await clientWith({ connectTimeoutMs: 2000 }).send(get(server.url)).then(textOf)).toBe('late');
  });

  it('connects to no private address behind a name that only a wildcard allows', async () => {
    const server = await serve((_request, response) => response.end('inside'));
    const port = new URL(server.url).port;
    const lookup: AxiosTransportOptions['lookup'] = (_name, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]);
    const client = clientWith({ lookup });
    const url = `http://cdn.example.com:${port}/`;
    // Named in full it may, and the connection it keeps is not lent to a request that may not.
    expect(await client.send(get(url, { allowedHosts: ['cdn.example.com'] })).then(textOf)).toBe('inside');
    await expect(client.send(get(url, { allowedHosts: ['*.example.com'] }))).rejects.toMatchObject({ kind: 'host-refused', advice: expect.stringContaining('allowHosts') });
    expect(server.requests).toHaveLength(1);
  });

  it('makes no connection after it was closed', async () => {
    const server = await serve((_request, response) => response.end('x'));
    const client = clientWith();
    client.close();
    await expect(client.send(get(server.url))).rejects.toMatchObject({ kind: 'aborted' });
    expect(server.requests).toHaveLength(0);
  });

  it('uses no proxy of the environment unless it is told to', async () => {
    const proxy = await serve((_request, response) => response.end('from the proxy'));
    const server = await serve((_request, response) => response.end('direct'));
    await underProxies({ HTTP_PROXY: proxy.url, http_proxy: proxy.url, NO_PROXY: '', no_proxy: '' }, async () => {
      expect(await clientWith().send(get(server.url)).then(textOf)).toBe('direct');
      expect(await clientWith({ proxyFromEnvironment: true }).send(get('http://files.example.com/x')).then(textOf)).toBe('from the proxy');
    });
  });

  it('reaches a proxy inside, and past it no private address behind a public name', async () => {
    const proxy = await serve((_request, response) => response.end('from the proxy'));
    const { port } = new URL(proxy.url);
    const lookup: AxiosTransportOptions['lookup'] = (_name, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]);
    const client = clientWith({ proxyFromEnvironment: true, lookup });
    const url = `http://cdn.example.com:${port}/`;
    const isPublic = { allowedHosts: ['api.example.com'], publicHosts: ['*.example.com'] };
    for (const none of [{ HTTPS_PROXY: `http://proxy.inside:${port}` }, { HTTP_PROXY: `http://proxy.inside:${port}`, NO_PROXY: 'cdn.example.com' }]) {
      await underProxies(none, () => expect(client.send(get(url, isPublic))).rejects.toMatchObject({ kind: 'host-refused' }));
    }
    expect(proxy.requests).toHaveLength(0);
    for (const written of [`http://proxy.inside:${port}`, `Proxy.Inside:${port}`]) {
      await underProxies({ HTTP_PROXY: written }, async () => expect(await client.send(get(url, isPublic)).then(textOf)).toBe('from the proxy'));
    }
  });
});

const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]);

/** Under these variables of the environment, and no others that tell of proxies. */
async function underProxies(variables: Readonly<Record<string, string>>, run: () => Promise<void>): Promise<void> {
  const before = { ...process.env };
  const set = (values: NodeJS.ProcessEnv): void => {
    for (const name of proxyVariables) {
      const value = values[name];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  set(variables);
  try {
    await run();
  } finally {
    set(before);
  }
}
