import { describe, expect, it } from '@jest/globals';
import { FileSourceError, standardLayers, type HttpClient, type SourceAdapter } from '@filesource/core';
import { createMemoryAdapter, createTestPorts, createVirtualClock } from '@filesource/testkit';
import { Readable } from 'node:stream';
import { commonSettingsOf, limitsOf, type Limited } from '../src/account-limits.ts';
import { onlyoffice } from '@filesource/onlyoffice';
import { createFileSources } from '../src/index.ts';
import { createAcme } from './acme.ts';

function limited(settings: object, maxConcurrency = 8, account = 'one', maxCalls?: number): Limited {
  const memory = createMemoryAdapter({ folders: [] });
  const adapter: SourceAdapter = { ...memory, capabilities: { ...memory.capabilities, limits: { ...memory.capabilities.limits, maxConcurrency, ...(maxCalls === undefined ? {} : { maxCalls }) } } };
  return { account, adapter, common: commonSettingsOf(settings) };
}

async function mostAtOnce(run: (work: () => Promise<void>) => Promise<void>): Promise<number> {
  let now = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, (now += 1));
    await new Promise((resolve) => setImmediate(resolve));
    now -= 1;
  };
  await Promise.all(Array.from({ length: 20 }, () => run(work)));
  return most;
}

describe('the limits of an account', () => {
  const ports = createTestPorts();

  it('are the strictest that any of its sources asks for', async () => {
    const limits = limitsOf([limited({ maxConcurrency: 5, maxRequestsPerSecond: 100 }), limited({ maxConcurrency: 3, maxRequestsPerSecond: 20, maxBytesPerSecond: 5000 }), limited({}, 7)], ports)('one');
    expect(await mostAtOnce(limits.limiter)).toBe(3);
    expect(limits.requestRate?.burst).toBe(2);
    expect(limits.byteRate?.burst).toBe(500);
    expect(limits.breaker).toBeUndefined();
  });

  it('are never above what the provider allows, and of each account its own', async () => {
    const limits = limitsOf([limited({ maxConcurrency: 500 }, 2), limited({}, 9, 'two')], ports);
    expect(await mostAtOnce(limits('one').limiter)).toBe(2);
    expect(await mostAtOnce(limits('two').limiter)).toBe(9);
  });

  it('leave places to those that say how many there may be, as the provider says', async () => {
    const { limiter, told } = limitsOf([limited({}, 20, 'one', 4), limited({}, 20, 'one', 9)], ports)('one');
    expect(told).toEqual({ maxConcurrency: 20, maxCalls: 4 });
    expect(await mostAtOnce(limiter)).toBe(4);
    expect(await mostAtOnce((run) => limiter(run, 16))).toBe(16);
    expect(limitsOf([limited({ maxConcurrency: 3 }, 20, 'one', 4)], ports)('one').told).toEqual({ maxConcurrency: 3 });
  });

  it('have a breaker unless every source wants none', async () => {
    const off = { breakerFailures: 0, breakerCoolDownMs: 1000 };
    expect(limitsOf([limited(off), limited(off)], ports)('one').breaker).toBeUndefined();
    const breaker = limitsOf([limited(off), limited({ breakerFailures: 1, breakerCoolDownMs: 5000 })], ports)('one').breaker!;
    await breaker.run(() => Promise.reject(new FileSourceError('network', 'x'))).catch(() => undefined);
    await expect(breaker.run(async () => 1)).rejects.toMatchObject({ retryAfterMs: expect.any(Number) });
    expect(breaker.state).toBe('open');
  });

  it('ignore settings of a provider that mean something else by their names', () => {
    expect(limitsOf([limited({ maxRequestsPerSecond: 'many', maxBytesPerSecond: -1, breakerFailures: null })], ports)('one')).toEqual({ limiter: expect.any(Function), told: { maxConcurrency: 8 } });
  });

  it('are what the capabilities of each of its sources tell', async () => {
    const acme = createAcme();
    const common = { provider: 'acme-files', token: 'abcd' };
    const sources = await createFileSources({ config: { sources: { a: { ...common, maxConcurrency: 2, maxRequestsPerSecond: 0.5 }, b: common } }, adapters: [acme.descriptor] });
    for (const name of ['a', 'b']) expect(sources.get(name).capabilities.limits).toMatchObject({ maxConcurrency: 2, maxRequestsPerSecond: 0.5 });
    const portal = await createFileSources({ config: { sources: { p: { provider: 'onlyoffice', baseUrl: 'https://portal.example.com', apiKey: 'sk-none', maxConcurrency: 5 } } }, adapters: [onlyoffice] });
    expect(portal.get('p').capabilities.limits).toMatchObject({ maxConcurrency: 5, maxCalls: 5, maxOpening: 5 });
    expect(sources.get('a').capabilities.limits).not.toHaveProperty('maxBytesPerSecond');
    await sources.close();
  });
});

describe('the settings of every provider', () => {
  const answering: HttpClient & { readonly sent: unknown[] } = {
    sent: [],
    async send(request) {
      this.sent.push(request.connectTimeoutMs);
      return { status: 200, headers: {}, url: request.url, body: Readable.from([]) };
    },
  };

  it('reach the connections and the limits of the account; waiting for the rate of requests is not the vendor\'s slowness', async () => {
    const clock = createVirtualClock();
    const acme = createAcme();
    const common = { provider: 'acme-files', token: 'abcd' };
    const sources = await createFileSources({
      config: { sources: { a: { ...common, connectTimeoutMs: 1234, timeoutMs: 500 }, b: { ...common, maxRequestsPerSecond: 1, timeoutMs: 500 } } },
      adapters: [acme.descriptor],
      transport: answering,
      ports: { clock },
    });
    const startMs = clock.now();
    const at: number[] = [];
    const calls = Promise.all(['a', 'b', 'a'].map(async (name) => {
      for await (const _entry of sources.get(name).list('1')) break;
      at.push(clock.now() - startMs);
    }));
    await clock.advance(2000);
    await calls;
    expect(at).toEqual([0, 1000, 2000]);
    expect(answering.sent).toEqual([1234, undefined, 1234]);
    await sources.close();
    expect(clock.sleeping).toBe(0);
  });

  it.each([{ maxConcurrency: 0 }, { maxRequestsPerSecond: 0 }, { maxBytesPerSecond: 10 }, { breakerFailures: -1 }, { idleTimeoutMs: 1 }, { transferTimeoutMs: '1h' }])('are checked: %j', async (wrong) => {
    await expect(createFileSources({ config: { sources: { a: { provider: 'acme-files', token: 'abcd', ...wrong } } }, adapters: [createAcme().descriptor] })).rejects.toMatchObject({ kind: 'config-invalid' });
  });

  it('put no layer into the stack that is not asked for', () => {
    const layers = standardLayers({ name: 'a', provider: 'p', ports: createTestPorts(), ...limitsOf([limited({})], createTestPorts())('one') });
    expect(layers.map(({ name }) => name).filter((name) => ['bandwidth', 'breaker'].includes(name))).toEqual([]);
  });
});
