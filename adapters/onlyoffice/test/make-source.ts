import { setTimeout as wait } from 'node:timers/promises';
import { createFileSource, createLimiter, FileSourceError, type Archive, type Clock, type FileSource, type HttpClient, type Operation, type Ports } from '@filesource/core';
import { createHttpClient } from '@filesource/http';
import { createTestPorts, realClock, type TestPorts } from '@filesource/testkit';
import { onlyoffice } from '../src/index.ts';

export interface MadeSource {
  readonly source: FileSource;
  readonly ports: TestPorts;
}

/** Time that runs so many times faster, for polls and waits over real sockets. */
function fastClock(factor = 20): Clock {
  const startedMs = Date.now();
  return {
    now: () => startedMs + (Date.now() - startedMs) * factor,
    sleep: async (ms, signal) => {
      try {
        await wait(ms / factor, undefined, signal === undefined ? {} : { signal });
      } catch (error) {
        throw signal?.aborted === true ? signal.reason : error;
      }
    },
  };
}

export function makeSource(config: Readonly<Record<string, unknown>>, replaced: Partial<Ports> = {}): MadeSource {
  const ports = createTestPorts({ http: createHttpClient({ clock: realClock }), clock: fastClock(), ...replaced });
  const provider = onlyoffice.providers['onlyoffice']!;
  const settings = provider.configSchema.parse({ maxAttempts: 1, timeoutMs: 600_000, ...('userName' in config || 'token' in config ? {} : { apiKey: 'sk-0123456789abcdef' }), ...config });
  const adapter = provider.create(settings, { name: 'documents', ports });
  const maxAttempts = settings['maxAttempts'] as number;
  return { ports, source: createFileSource({ name: 'documents', provider: 'onlyoffice', account: provider.account(settings), adapter, ports, limiter: createLimiter(8), retry: { maxAttempts }, timeoutMs: 600_000 }) };
}

/** A client that meets a proxy which ends TLS: what goes to `address` comes to the server, and nothing else does. */
export function behindTls(address: string, server: { readonly url: string }): HttpClient {
  const client = createHttpClient({ clock: realClock });
  return {
    send: async (request) => {
      const { origin, pathname, search } = new URL(request.url);
      if (origin !== address) throw new FileSourceError('network', `nothing answers at ${origin}`);
      const response = await client.send({ ...request, url: `${server.url}${pathname}${search}`, allowedHosts: ['127.0.0.1'] });
      return { ...response, url: request.url };
    },
  };
}

export async function readAll(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function archiveOf(source: FileSource, ...refs: readonly string[]): Promise<Archive> {
  const operation: Operation<Archive> = await source.archive(refs);
  return operation.result();
}

/** The error of a promise that must fail, in a form to match against. */
export async function errorOf(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    const { message } = error as Error;
    return { ...JSON.parse(JSON.stringify(error)), message };
  }
  throw new Error('nothing was thrown');
}
