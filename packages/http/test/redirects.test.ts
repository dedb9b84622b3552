import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createVirtualClock } from '@filesource/testkit';
import { createHttpClient } from '../src/index.ts';
import { fakeTransport, redirectTo, type FakeAnswer } from './fake-transport.ts';
import { get, startServer, textOf, type TestServer } from './servers.ts';

const clock = createVirtualClock();
const credentials = { authorization: 'Bearer xyz' };

describe('redirects over real servers', () => {
  const servers: TestServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  const start = async (...args: Parameters<typeof startServer>): Promise<TestServer> => {
    const server = await startServer(...args);
    servers.push(server);
    return server;
  };

  it('follows to an allowed host, without the credentials', async () => {
    const files = await start((_request, response) => response.end('the file'));
    const portal = await start((_request, response) => response.writeHead(302, { location: `${files.url}/signed?x=1` }).end('moved'));
    const client = createHttpClient({ clock });
    const response = await client.send(get(`${portal.url}/download`, { credentials, headers: { 'x-mine': '1' }, maxRedirects: 2, allowedHosts: [portal.host, files.host] }));
    expect(await textOf(response)).toBe('the file');
    expect(response.url).toBe(`${files.url}/signed?x=1`);
    expect(portal.requests[0]?.headers).toMatchObject(credentials);
    expect(files.requests[0]?.headers).toMatchObject({ 'x-mine': '1' });
    expect(files.requests[0]?.headers).not.toHaveProperty('authorization');
    client.close();
  });

  it('asks no host that is not allowed, and closes the connection of the answer that led there', async () => {
    const evil = await start((_request, response) => response.end('stolen'));
    let closed: () => void = () => undefined;
    const portalClosed = new Promise<void>((resolve) => (closed = resolve));
    const portal = await start((_request, response) => {
      response.on('close', closed);
      response.writeHead(302, { location: evil.url }).write('a body that never ends');
    });
    const client = createHttpClient({ clock });
    await expect(client.send(get(portal.url, { maxRedirects: 5 }))).rejects.toMatchObject({ kind: 'host-refused' });
    await portalClosed;
    expect(evil.requests).toEqual([]);
    client.close();
  });

  it('returns a redirect as it is when none may be followed', async () => {
    const portal = await start((_request, response) => response.writeHead(302, { location: '/next' }).end('moved'));
    const client = createHttpClient({ clock });
    const response = await client.send(get(portal.url));
    expect([response.status, response.headers['location'], await textOf(response)]).toEqual([302, '/next', 'moved']);
    client.close();
  });
});

describe('redirects', () => {
  const follow = async (answers: Readonly<Record<string, FakeAnswer>>, request: Parameters<typeof get>[1] & { url?: string }): Promise<ReturnType<typeof fakeTransport>['sent']> => {
    const transport = fakeTransport(answers);
    const { url = 'https://a.example/1', ...more } = request;
    await createHttpClient({ clock, transport }).send(get(url, { maxRedirects: 5, allowedHosts: ['a.example', 'b.example'], ...more }));
    return transport.sent;
  };

  it('resolves a relative location and keeps the credentials on the same origin', async () => {
    const sent = await follow({ 'https://a.example/1': redirectTo('../x/2?y#z') }, { credentials });
    expect(sent[1]).toMatchObject({ url: 'https://a.example/x/2?y', credentials });
  });

  it('never gives credentials again after they were dropped', async () => {
    const sent = await follow({ 'https://a.example/1': redirectTo('https://b.example/2'), 'https://b.example/2': redirectTo('https://a.example/3') }, { credentials, headers: { Authorization: 'also here', Cookie: 'c' } });
    expect(sent.map((request) => [request.url, request.credentials, Object.keys(request.headers ?? {})])).toEqual([
      ['https://a.example/1', credentials, ['Authorization', 'Cookie']],
      ['https://b.example/2', undefined, []],
      ['https://a.example/3', undefined, []],
    ]);
  });

  it('drops credentials from https to http on the same host, and refuses it to another host', async () => {
    const sent = await follow({ 'https://a.example/1': redirectTo('http://a.example/2') }, { credentials });
    expect(sent[1]).not.toHaveProperty('credentials');
    await expect(follow({ 'https://a.example/1': redirectTo('http://b.example/2') }, {})).rejects.toMatchObject({ kind: 'host-refused' });
  });

  it('drops credentials on another port', async () => {
    const sent = await follow({ 'https://a.example/1': redirectTo('https://a.example:8443/2') }, { credentials });
    expect(sent[1]).not.toHaveProperty('credentials');
  });

  it.each([
    [303, 'POST', 'GET', false],
    [301, 'POST', 'GET', false],
    [302, 'POST', 'GET', false],
    [307, 'POST', 'POST', true],
    [308, 'POST', 'POST', true],
    [303, 'PUT', 'GET', false],
    [302, 'PUT', 'PUT', true],
    [303, 'HEAD', 'HEAD', false],
  ] as const)('%d turns %s into %s on the same origin', async (status, method, then, keepsBody) => {
    const body = method === 'HEAD' ? {} : { body: '{}' };
    const sent = await follow({ 'https://a.example/1': redirectTo('/2', status) }, { method, ...body, headers: { 'Content-Type': 'application/json', accept: '*/*' } });
    expect(sent[1]?.method).toBe(then);
    expect(sent[1]?.body !== undefined).toBe(keepsBody);
    expect(sent[1]?.headers).toEqual(keepsBody || then === 'HEAD' ? { 'Content-Type': 'application/json', accept: '*/*' } : { accept: '*/*' });
  });

  it('never repeats a body on another origin', async () => {
    await expect(follow({ 'https://a.example/1': redirectTo('https://b.example/', 307) }, { method: 'POST', body: 'token=1' })).rejects.toMatchObject({ kind: 'host-refused' });
    await expect(follow({ 'https://a.example/1': redirectTo('https://b.example/', 307) }, { method: 'DELETE' })).rejects.toMatchObject({ kind: 'host-refused' });
  });

  it('ends a circle, and a chain that is too long', async () => {
    const circle = { 'https://a.example/1': redirectTo('/2?signature=abc'), 'https://a.example/2?signature=abc': redirectTo('/1') };
    await expect(follow(circle, {})).rejects.toMatchObject({ kind: 'vendor-protocol', message: expect.stringContaining('circle') });
    const chain = { 'https://a.example/1': redirectTo('/2'), 'https://a.example/2': redirectTo('/3') };
    await expect(follow(chain, { maxRedirects: 1 })).rejects.toMatchObject({ kind: 'vendor-protocol', message: 'more than 1 redirects' });
    expect(await follow(chain, { maxRedirects: 2 })).toHaveLength(3);
  });

  it('refuses what is not a URL, not HTTP, or carries a user name', async () => {
    await expect(follow({ 'https://a.example/1': redirectTo('https://[') }, {})).rejects.toMatchObject({ kind: 'vendor-protocol' });
    await expect(follow({ 'https://a.example/1': redirectTo('file:///etc/passwd') }, {})).rejects.toMatchObject({ kind: 'host-refused' });
    await expect(follow({ 'https://a.example/1': redirectTo('https://u:p@a.example/') }, {})).rejects.toMatchObject({ kind: 'host-refused' });
  });

  it('holds a request without allowed hosts to the host of its first URL', async () => {
    const transport = fakeTransport({ 'https://a.example/1': redirectTo('https://b.example/2') });
    await expect(createHttpClient({ clock, transport }).send(get('https://a.example/1', { maxRedirects: 1 }))).rejects.toMatchObject({ kind: 'host-refused' });
    expect(transport.sent).toHaveLength(1);
  });

  it('destroys the body of the answer that redirects', async () => {
    const body = new Readable({ read: () => undefined });
    await follow({ 'https://a.example/1': { ...redirectTo('/2'), body } }, {});
    expect(body.destroyed).toBe(true);
  });

  it('returns 304 and a redirect without location as they are', async () => {
    expect(await follow({ 'https://a.example/1': { status: 304, headers: { location: '/2' } } }, {})).toHaveLength(1);
    expect(await follow({ 'https://a.example/1': { status: 302 } }, {})).toHaveLength(1);
  });
});
