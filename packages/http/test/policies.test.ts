import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createTestPorts, createVirtualClock } from '@filesource/testkit';
import { createHttpClient, standardPolicies } from '../src/index.ts';
import { fakeTransport, redirectTo } from './fake-transport.ts';
import { get, textOf } from './servers.ts';

const clock = createVirtualClock();

describe('the policies', () => {
  it('stand in one order, outermost first', () => {
    expect(standardPolicies({ clock }).map((policy) => policy.name)).toEqual(['redirects', 'allowed-hosts', 'private-addresses', 'log', 'errors']);
  });

  it('hold over a transport of the host: hosts, private addresses, redirects', async () => {
    const transport = fakeTransport({ 'https://a.example/': redirectTo('http://169.254.169.254/latest') });
    const client = createHttpClient({ clock, transport });
    await expect(client.send(get('https://a.example/', { maxRedirects: 3 }))).rejects.toMatchObject({ kind: 'host-refused' });
    expect(transport.sent.map((request) => request.url)).toEqual(['https://a.example/']);
  });

  it('leave a transport of the host open', () => {
    const transport = { ...fakeTransport({}), close: () => expect(true).toBe(false) };
    createHttpClient({ clock, transport }).close();
  });
});

describe('allowed-hosts', () => {
  const client = createHttpClient({ clock, transport: fakeTransport({}) });

  it.each(['ftp://a.example/x', 'file:///etc/passwd', 'data:text/plain,x', 'javascript:alert(1)', 'https://user:pw@a.example/', 'https://a.example@evil.net/', 'https://evil.net#@a.example'])('refuses %s', async (url) => {
    await expect(client.send(get(url, { allowedHosts: ['a.example'] }))).rejects.toMatchObject({ kind: 'host-refused' });
  });

  it('names the host and what to do, never the query or the password', async () => {
    const refused = client.send(get('https://cdn.example/x?signature=abc', { allowedHosts: ['a.example'] }));
    await expect(refused).rejects.toMatchObject({ message: 'the host cdn.example is not allowed', advice: expect.stringContaining('allowHosts') });
    const withUser = client.send(get('https://u:hunter2@a.example/'));
    await expect(withUser).rejects.toMatchObject({ message: expect.not.stringContaining('hunter2') });
  });

  it('does not quote a text that is no URL', async () => {
    await expect(client.send(get('/path?token=abc'))).rejects.toMatchObject({ kind: 'invalid-argument', message: expect.not.stringContaining('abc') });
  });

  it('refuses a list with a host that is none, also after one that matches', async () => {
    await expect(client.send(get('https://a.example/', { allowedHosts: ['a.example', 'a b'] }))).rejects.toMatchObject({ kind: 'invalid-argument' });
    await expect(client.send(get('https://a.example/', { allowedHosts: ['a.example'], publicHosts: ['a b'] }))).rejects.toMatchObject({ kind: 'invalid-argument' });
  });

  it('allows nothing when the list is empty', async () => {
    await expect(client.send(get('https://a.example/', { allowedHosts: [] }))).rejects.toMatchObject({ kind: 'host-refused' });
  });
});

describe('private-addresses', () => {
  const send = async (url: string, more: object = {}): Promise<boolean | undefined> => {
    const transport = fakeTransport({});
    await createHttpClient({ clock, transport }).send(get(url, more));
    return transport.sent[0]?.allowPrivate;
  };

  it('allows them on the host of the URL itself and on hosts that are named in full', async () => {
    expect(await send('http://127.0.0.1:8080/')).toBe(true);
    expect(await send('http://10.0.0.5/', { allowedHosts: ['10.0.0.5'] })).toBe(true);
    expect(await send('http://files.intern/', { allowedHosts: ['files.intern'] })).toBe(true);
  });

  it('tells the transport to refuse them on hosts that only a wildcard names', async () => {
    expect(await send('https://x.example.com/', { allowedHosts: ['*.example.com'] })).toBe(false);
  });

  it('tells the transport to refuse them on hosts that are public by what the adapter says, though named in full', async () => {
    expect(await send('https://files.example/', { allowedHosts: ['api.example'], publicHosts: ['files.example'] })).toBe(false);
    expect(await send('https://files.example/', { allowedHosts: ['files.example'], publicHosts: ['files.example'] })).toBe(true);
    await expect(send('http://127.0.0.1/', { allowedHosts: ['api.example'], publicHosts: ['127.0.0.1'] })).rejects.toMatchObject({ kind: 'host-refused' });
    await expect(send('https://other.example/', { allowedHosts: ['api.example'], publicHosts: ['files.example'] })).rejects.toMatchObject({ kind: 'host-refused' });
  });

  it('does what the request states', async () => {
    expect(await send('https://x.example.com/', { allowedHosts: ['*.example.com'], allowPrivate: true })).toBe(true);
    await expect(send('http://127.0.0.1/', { allowPrivate: false })).rejects.toMatchObject({ kind: 'host-refused' });
    await expect(send('http://[::ffff:127.0.0.1]/', { allowPrivate: false })).rejects.toMatchObject({ kind: 'host-refused' });
    await expect(send('http://LOCALHOST./', { allowPrivate: false })).rejects.toMatchObject({ kind: 'host-refused' });
  });
});

describe('log', () => {
  it('tells method, URL without query, status and time, and no header', async () => {
    const ports = createTestPorts();
    const transport = fakeTransport({ 'https://a.example/x?signature=abc': { status: 404, headers: { 'set-cookie': 'session=1' } } });
    await createHttpClient({ clock, logger: ports.logger, transport }).send(get('https://a.example/x?signature=abc', { credentials: { authorization: 'Bearer xyz' } }));
    expect(ports.logged).toEqual([{ level: 'debug', event: 'http.exchange', fields: { method: 'GET', url: 'https://a.example/x?…', durationMs: 0, status: 404 } }]);
  });

  it('tells each hop of a redirect, and a failure by its kind', async () => {
    const ports = createTestPorts();
    const transport = fakeTransport({ 'https://a.example/1': redirectTo('/2') });
    await createHttpClient({ clock, logger: ports.logger, transport }).send(get('https://a.example/1', { maxRedirects: 1 }));
    const failing = { send: () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNRESET' })) };
    await expect(createHttpClient({ clock, logger: ports.logger, transport: failing }).send(get('https://a.example/'))).rejects.toThrow();
    expect(ports.logged.map(({ event, fields }) => [event, fields['status'] ?? fields['kind']])).toEqual([['http.exchange', 302], ['http.exchange', 200], ['http.failed', 'network']]);
  });
});

describe('errors', () => {
  it('keeps nothing of the request that a library hangs on its errors', async () => {
    const secret = 'SECRET-4711';
    const libraryError = Object.assign(new Error('boom'), { code: 'ECONNRESET', config: { headers: { authorization: secret } }, request: { path: secret }, cause: Object.assign(new Error('inner'), { config: secret }) });
    const client = createHttpClient({ clock, transport: { send: () => Promise.reject(libraryError) } });
    const error: unknown = await client.send(get('https://a.example/')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'network', status: 'temporary' });
    const seen = `${JSON.stringify(error)} ${(await import('node:util')).inspect(error, { depth: 10, showHidden: true })}`;
    expect(seen).not.toContain(secret);
  });

  it('fails a body of a foreign transport that ends before its length, or with a foreign error', async () => {
    const short = fakeTransport({ 'https://a.example/': { headers: { 'content-length': '10' }, body: Readable.from([Buffer.from('abc')]) } });
    await expect(createHttpClient({ clock, transport: short }).send(get('https://a.example/')).then(textOf)).rejects.toMatchObject({ kind: 'truncated', message: expect.stringContaining('3 of 10') });
    const broken = fakeTransport({ 'https://a.example/': { body: new Readable({ read() { this.destroy(Object.assign(new Error('x'), { code: 'ECONNRESET', config: 1 })); } }) } });
    await expect(createHttpClient({ clock, transport: broken }).send(get('https://a.example/')).then(textOf)).rejects.toMatchObject({ kind: 'network' });
  });

  it.each([
    ['ENOTFOUND', 'network', 'temporary'],
    ['ETIMEDOUT', 'timeout', 'temporary'],
    ['HPE_INVALID_CONSTANT', 'vendor-protocol', 'temporary'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'network', 'permanent'],
    ['EPIPE', 'network', 'temporary'],
  ])('reads %s as %s, %s', async (code, kind, status) => {
    const client = createHttpClient({ clock, transport: { send: () => Promise.reject(Object.assign(new Error('x'), { code })) } });
    await expect(client.send(get('https://a.example/'))).rejects.toMatchObject({ kind, status, message: expect.stringContaining(code) });
  });
});
