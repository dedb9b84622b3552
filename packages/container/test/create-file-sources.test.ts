import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aroundCalls, FileSourceError, overlay, type HttpClient, type HttpRequest, type Layer } from '@filesource/core';
import { createTestPorts, createVirtualClock } from '@filesource/testkit';
import { Container } from 'inversify';
import { createFileSources, fileSourcesModule, loadConfig, systemPorts, tokens } from '../src/index.ts';
import { createAcme, type Acme } from './acme.ts';

let acme: Acme;
beforeEach(() => {
  acme = createAcme();
});

function recordingTransport(): HttpClient & { readonly sent: HttpRequest[] } {
  const sent: HttpRequest[] = [];
  return {
    sent,
    send: async (request) => {
      sent.push(request);
      return { status: 200, headers: {}, url: request.url, body: Readable.from([]) };
    },
  };
}

const configOf = (...names: string[]): object => ({ sources: Object.fromEntries(names.map((name) => [name, { provider: 'acme-files', token: `SECRET-${name}` }])) });

async function namesIn(source: { list(folder: string): AsyncIterable<{ readonly ref: string }> }): Promise<string[]> {
  const refs: string[] = [];
  for await (const entry of source.list('1')) refs.push(entry.ref);
  return refs;
}

describe('createFileSources', () => {
  it('gives the sources of a config by name', async () => {
    const sources = await createFileSources({ config: configOf('a', 'b'), adapters: [acme.descriptor], transport: recordingTransport() });
    expect(sources.names).toEqual(['a', 'b']);
    expect([sources.has('a'), sources.has('toString')]).toEqual([true, false]);
    expect(sources.all().map((source) => [source.name, source.provider])).toEqual([['a', 'acme-files'], ['b', 'acme-files']]);
    expect(await namesIn(sources.get('b'))).toEqual(['b:1/2']);
    await sources.close();
  });

  it('names the sources there are when another is asked for', async () => {
    const sources = await createFileSources({ config: configOf('contacts', 'mails'), adapters: [acme.descriptor] });
    expect(() => sources.get('contcts')).toThrow(expect.objectContaining({ kind: 'invalid-argument', message: 'there is no source "contcts"; did you mean contacts?', advice: 'The config has: contacts, mails.' }));
    await sources.close();
  });

  it('refuses what is no name as it does another one, and quotes no more of it than a name has', async () => {
    const sources = await createFileSources({ config: configOf('contacts'), adapters: [acme.descriptor] });
    for (const name of [undefined, null, 5, {}, Symbol('contacts')]) expect(() => sources.get(name as never)).toThrow(expect.objectContaining({ kind: 'invalid-argument', advice: 'The config has: contacts.' }));
    expect(() => sources.get('x'.repeat(100_000))).toThrow(expect.objectContaining({ message: `there is no source "${'x'.repeat(64)}…"` }));
    await sources.close();
  });

  it('closes every source once, also when one fails, and by await using', async () => {
    const sources = await createFileSources({ config: configOf('a', 'b'), adapters: [acme.descriptor] });
    await sources.close();
    await sources.close();
    await sources[Symbol.asyncDispose]();
    expect(acme.closed).toEqual(['a', 'b']);
  });

  it('shares one limiter among the sources of one account, as strict as the strictest', async () => {
    const slow: HttpClient = { send: async (request) => { await new Promise((resolve) => setTimeout(resolve, 10)); return { status: 200, headers: {}, url: request.url, body: Readable.from([]) }; } };
    const run = async (config: object): Promise<number> => {
      acme.mostAtOnce = 0;
      const sources = await createFileSources({ config, adapters: [acme.descriptor], transport: slow });
      await Promise.all(sources.all().flatMap((source) => [namesIn(source), namesIn(source), namesIn(source)]));
      await sources.close();
      return acme.mostAtOnce;
    };
    expect(await run(configOf('a', 'b'))).toBe(2);
    expect(await run({ sources: { a: { provider: 'acme-files', token: 'abcd' }, b: { provider: 'acme-mail', token: 'abcd' } } })).toBe(1);
    expect(await run({ sources: { a: { provider: 'acme-files', token: 'abcd' }, b: { provider: 'acme-files', token: 'abcd', baseUrl: 'https://other.example' } } })).toBe(4);
  });

  it('puts the layers of a host around every source', async () => {
    const transport = recordingTransport();
    const config = configOf('a');
    const adapters = [acme.descriptor];
    // #region own-layers
    const calls: string[] = [];
    const audit: Layer = {
      name: 'audit',
      wrap: (inner) =>
        aroundCalls(inner, (call, run) => {
          calls.push(call.name);
          return run(call.signal);
        }),
    };
    const noArchives: Layer = {
      name: 'no-archives',
      wrap: (inner) => overlay(inner, { archive: () => Promise.reject(new FileSourceError('permission-denied', 'archives are switched off here')) }),
    };
    const sources = await createFileSources({ config, adapters, transport, layers: [audit, noArchives] });
    // #endregion
    const source = sources.get('a');
    await namesIn(source);
    await expect(source.archive(['1'])).rejects.toMatchObject({ kind: 'permission-denied' });
    expect(calls).toEqual(['list', 'archive']);
  });

  it('lets no credential of the config reach the logger, not even while it builds', async () => {
    const { logger, logged } = createTestPorts();
    const sources = await createFileSources({ config: configOf('a'), adapters: [acme.descriptor], transport: recordingTransport(), logger });
    await namesIn(sources.get('a'));
    acme.contexts[0]?.ports.logger.log('info', 'SECRET-a', { deep: ['SECRET-a'] });
    expect(logged.map((event) => event.event)).toContain('http.exchange');
    expect(JSON.stringify(logged)).not.toContain('SECRET');
    await sources.close();
  });

  it('takes the settings that core acts on from the config', async () => {
    let attempts = 0;
    const failing: HttpClient = { send: async () => { attempts += 1; throw Object.assign(new Error('x'), { code: 'ECONNRESET' }); } };
    const config = { sources: { a: { provider: 'acme-files', token: 'abcd', maxAttempts: 2 } } };
    const clock = { now: () => Date.now(), sleep: async (ms: number, signal?: AbortSignal) => (ms < 20_000 ? undefined : new Promise<void>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))) };
    const sources = await createFileSources({ config, adapters: [acme.descriptor], transport: failing, ports: { clock } });
    await expect(namesIn(sources.get('a'))).rejects.toMatchObject({ kind: 'network', status: 'persistent', source: 'a', provider: 'acme-files' });
    expect(attempts).toBe(2);
  });

  it('says which source could not be built, without its credential', async () => {
    const { defineAdapter } = await import('@filesource/core');
    const provider = acme.descriptor.providers['acme-files']!;
    const broken = defineAdapter({ name: 'broken', providers: { 'acme-files': { ...provider, create: () => { throw new Error('SECRET-a does not fit'); } } } });
    await expect(createFileSources({ config: configOf('a'), adapters: [broken] })).rejects.toMatchObject({ source: 'a', provider: 'acme-files', message: '[redacted] does not fit' });
  });
});

describe('over real HTTP', () => {
  let server: Server;
  let seen: (string | undefined)[];
  beforeEach(async () => {
    seen = [];
    server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{}');
    }).listen(0, '127.0.0.1');
    // What closes a connection is the client alone.
    server.keepAliveTimeout = 0;
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it('sends by axios when nothing else is given, and keeps no connection after close', async () => {
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const sources = await createFileSources({ config: { sources: { a: { provider: 'acme-files', token: 'abcd', baseUrl } } }, adapters: [acme.descriptor] });
    expect(await namesIn(sources.get('a'))).toEqual(['a:1/2']);
    expect(seen).toEqual(['abcd']);
    const connections = (): Promise<number> => new Promise((resolve, reject) => server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))));
    expect(await connections()).toBe(1);
    await sources.close();
    while ((await connections()) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it('systemPorts send, hash and redact', async () => {
    const { logger, logged } = createTestPorts();
    const ports = systemPorts({ logger });
    ports.redactor.add('SECRET-4711');
    ports.logger.log('info', 'x', { y: 'SECRET-4711' });
    expect(logged[0]?.fields).toEqual({ y: '[redacted]' });
    const response = await ports.http.send({ method: 'GET', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
    response.body.resume();
    expect(response.status).toBe(200);
    const hash = ports.hashing.sha256();
    hash.update(Buffer.from('abc'));
    expect(hash.hex()).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(ports.hashing.hmacSha256Base64('key', 'The quick brown fox jumps over the lazy dog')).toBe('97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg=');
    expect(ports.random.next()).toBeLessThan(1);
  });
});

describe('fileSourcesModule in a container of the host', () => {
  it('uses the clock, transport and logger that the host bound, in place of ours', async () => {
    const clock = createVirtualClock();
    const transport = recordingTransport();
    const { logger, logged } = createTestPorts();
    const container = new Container();
    container.bind(tokens.clock).toConstantValue(clock);
    container.bind(tokens.transport).toConstantValue(transport);
    container.bind(tokens.logger).toConstantValue(logger);
    container.load(fileSourcesModule(await loadConfig({ config: configOf('a'), adapters: [acme.descriptor] })));

    const sources = container.get(tokens.fileSources);
    expect(container.get(tokens.fileSources)).toBe(sources);
    await namesIn(sources.get('a'));
    expect(transport.sent).toMatchObject([{ url: 'https://acme.example/list', credentials: { authorization: 'SECRET-a' } }]);
    expect(acme.contexts[0]?.ports.clock).toBe(clock);
    expect(clock.sleeping).toBe(0);
    expect(logged.length).toBeGreaterThan(0);
    expect(JSON.stringify(logged)).not.toContain('SECRET');

    await container.unbindAllAsync();
    expect(acme.closed).toEqual(['a']);
  });

  it('uses an HTTP port of the host without our policies, and classes that the host resolves', async () => {
    const http = recordingTransport();
    class HostHttp implements HttpClient {
      readonly sent = http.sent;
      send(request: HttpRequest): ReturnType<HttpClient['send']> {
        return http.send(request);
      }
    }
    const container = new Container();
    container.bind(tokens.http).to(HostHttp).inSingletonScope();
    container.load(fileSourcesModule(await loadConfig({ config: configOf('a'), adapters: [acme.descriptor] })));
    await namesIn(container.get(tokens.fileSources).get('a'));
    expect(http.sent[0]).not.toHaveProperty('allowPrivate');
    expect(container.isBound(tokens.transport)).toBe(false);
  });

  it('knows every credential before anything is built', async () => {
    const container = new Container();
    container.load(fileSourcesModule(await loadConfig({ config: configOf('a', 'b'), adapters: [acme.descriptor] })));
    expect(container.get(tokens.redactor).redact('SECRET-a SECRET-b')).toBe('[redacted] [redacted]');
    expect(acme.contexts).toEqual([]);
  });
});
