import { Readable } from 'node:stream';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { awaitUnder, CircuitBreaker, createFileSource, createFinishedOperation, createLimiter, createRateLimiter, defaultRetryPolicy, FileSourceError, overlay, retryDelayMs, standardLayers, unsupported, type Archive, type FileSourceOptions, type Layer } from '@filesource/core';
import { createInstantClock, createMemoryAdapter, createTestPorts, createVirtualClock, settle } from '@filesource/testkit';
import { bytesOf, collect, sourceOf } from './helpers.ts';

const folders = [{ id: '1', name: 'Müller', files: [{ id: '2', name: 'a.txt', bytes: Buffer.from('hello') }] }];

describe('the layers', () => {
  const names = (options: Partial<FileSourceOptions>): string[] =>
    standardLayers({ name: 'memory', provider: 'memory', ports: createTestPorts(), limiter: createLimiter(1), ...options }).map((layer) => layer.name);
  const plain = (name: string): Layer => ({ name, wrap: (inner) => inner });

  it('stand in this order, outermost first, and none for what is not set', () => {
    expect(names({})).toEqual(['error-context', 'log', 'gate', 'emulate-archive', 'delivery', 'emulate-range', 'retry', 'limit', 'timeout']);
    const clock = createVirtualClock();
    const rate = createRateLimiter({ clock, perSecond: 1 });
    const all = names({ observers: [plain('watch')], layers: [plain('host')], byteRate: rate, breaker: new CircuitBreaker(clock, { failures: 1, coolDownMs: 1 }) });
    expect(all).toEqual(['watch', 'error-context', 'host', 'log', 'gate', 'emulate-archive', 'bandwidth', 'delivery', 'emulate-range', 'retry', 'limit', 'breaker', 'timeout']);
  });

  it('show their neighbours, right and wrong, in their doc comments', () => {
    const folder = new URL('../src/layers/', import.meta.url);
    for (const file of readdirSync(folder).filter((name) => name !== 'layer.ts')) {
      const text = readFileSync(new URL(file, folder), 'utf8');
      expect([file, / \* - Right: /.test(text), / \* - Wrong: /.test(text)]).toEqual([file, true, true]);
    }
  });

  it('tell in every error where it happened', async () => {
    await expect(sourceOf(createMemoryAdapter({ folders })).stat('1/9')).rejects.toMatchObject({ kind: 'not-found', source: 'memory', provider: 'memory', operation: 'stat', ref: 'memory:1/9' });
  });

  it('tell it also for what only the listing can see', async () => {
    const adapter = overlay(createMemoryAdapter({ folders }), { listPage: async () => ({ items: [], cursor: 'again' }) });
    await expect(collect(sourceOf(adapter).list('1'))).rejects.toMatchObject({ kind: 'vendor-protocol', source: 'memory', provider: 'memory', operation: 'list', ref: 'memory:1' });
    await expect(collect(sourceOf(adapter).list('1', { signal: AbortSignal.abort(new Error('enough')) }))).rejects.toMatchObject({ kind: 'aborted', ref: 'memory:1' });
  });

  it('end the wait for another attempt when the source is closed, and make no more of them', async () => {
    const clock = createVirtualClock();
    let attempts = 0;
    const stat = async (): Promise<never> => {
      attempts += 1;
      throw new FileSourceError('rate-limited', 'later', { retryAfterMs: 60_000 });
    };
    const source = sourceOf(overlay(createMemoryAdapter({ folders }), { stat }), { ports: createTestPorts({ clock }) });
    const ended = [source.stat('1/2'), source.stat('1/2', { signal: new AbortController().signal })].map((call) => call.catch((error: unknown) => error));
    await settle();
    await source.close();
    expect(await Promise.all(ended)).toMatchObject([{ kind: 'aborted', message: 'the source was closed', ref: 'memory:1/2' }, { kind: 'aborted' }]);
    await clock.advance(600_000);
    expect(attempts).toBe(2);
  });

  it.each([[new Error('the client is gone')], ['gone'], [null], [5], [{ gone: true }]])('tell an abort between two attempts as one, whatever its reason: %p', async (reason) => {
    const clock = createVirtualClock();
    const stop = new AbortController();
    const failing = async (): Promise<never> => {
      throw new FileSourceError('rate-limited', 'later', { retryAfterMs: 60_000 });
    };
    const adapter = overlay(createMemoryAdapter({ folders }), { stat: failing, listPage: failing, archive: async (_selection, { signal }) => clock.sleep(60_000, signal).then(failing) });
    const source = sourceOf(adapter, { ports: createTestPorts({ clock }) });
    const { signal } = stop;
    const ended = [source.stat('1/2', { signal }), collect(source.list('1', { signal })), source.archive(['1'], { signal })].map((call) => call.catch((error: unknown) => error));
    await settle();
    stop.abort(reason);
    expect(await Promise.all(ended)).toMatchObject([{ kind: 'aborted' }, { kind: 'aborted' }, { kind: 'aborted' }]);
  });

  it('refuse everything once the source is closed', async () => {
    const adapter = createMemoryAdapter({ folders });
    const source = sourceOf(adapter);
    await source.close();
    await expect(source.stat('1/2')).rejects.toMatchObject({ kind: 'aborted' });
    await expect(collect(source.list('1'))).rejects.toMatchObject({ kind: 'aborted' });
    await expect(source.archive(['1'])).rejects.toMatchObject({ kind: 'aborted' });
    expect(adapter.calls).toEqual([]);
  });

  it('refuse what is unsupported before anything is sent', async () => {
    const adapter = createMemoryAdapter({ folders, capabilities: { stat: unsupported('for this test') } });
    await expect(sourceOf(adapter).stat('1/2')).rejects.toMatchObject({ kind: 'unsupported' });
    await expect(sourceOf(adapter).link('1/2')).rejects.toMatchObject({ kind: 'unsupported' });
    await expect(sourceOf(adapter).archive(['1/2'], { convert: { 2: '.pdf' } })).rejects.toMatchObject({ kind: 'unsupported' });
    await expect(sourceOf(adapter).archive([])).rejects.toMatchObject({ kind: 'invalid-argument' });
    await expect(sourceOf(adapter).open('1')).rejects.toMatchObject({ kind: 'invalid-argument' });
    await expect(collect(sourceOf(adapter).list('1/2'))).rejects.toMatchObject({ kind: 'invalid-argument' });
    expect(adapter.calls).toEqual([]);
  });

  it('log every call with its time, and failures with their kind', async () => {
    const ports = createTestPorts();
    const source = sourceOf(createMemoryAdapter({ folders }), { ports });
    await source.stat('1/2');
    await expect(source.stat('1/9')).rejects.toThrow('there is no file');
    expect(ports.logged.map(({ level, event }) => `${level} ${event}`)).toEqual(['debug source.stat', 'warn source.stat.failed']);
    expect(ports.logged[1]?.fields).toMatchObject({ ref: 'memory:1/9', kind: 'not-found' });
  });

  it('let a host put its own around a source', async () => {
    const source = createFileSource({
      name: 'memory',
      provider: 'memory',
      adapter: createMemoryAdapter({ folders }),
      ports: createTestPorts(),
      limiter: createLimiter(4),
      layers: [{ name: 'rename', wrap: (inner) => overlay(inner, { stat: async (ref, options) => ({ ...(await inner.stat(ref, options)), name: 'renamed' }) }) }],
    });
    expect((await source.stat('1/2')).name).toBe('renamed');
  });
});

describe('retry', () => {
  it('repeats what failed for a passing reason and gives the answer of the attempt that worked', async () => {
    const adapter = createMemoryAdapter({ folders });
    let failures = 2;
    adapter.onCall = () => {
      if ((failures -= 1) >= 0) throw new FileSourceError('network', 'reset');
    };
    expect((await sourceOf(adapter).stat('1/2')).name).toBe('a.txt');
    expect(adapter.calls).toHaveLength(3);
  });

  it('does not repeat what is permanent, and says persistent when nothing helped', async () => {
    const adapter = createMemoryAdapter({ folders });
    await expect(sourceOf(adapter).stat('1/9')).rejects.toMatchObject({ status: 'permanent' });
    expect(adapter.calls).toHaveLength(1);
    adapter.onCall = () => {
      throw new FileSourceError('vendor-failure', 'down');
    };
    await expect(sourceOf(adapter).stat('1/2')).rejects.toMatchObject({ kind: 'vendor-failure', status: 'persistent' });
    expect(adapter.calls).toHaveLength(1 + defaultRetryPolicy.maxAttempts);
  });

  it('waits as long as the vendor asks, and not at all when that is too long', async () => {
    const clock = createInstantClock();
    const adapter = createMemoryAdapter({ folders });
    let retryAfterMs = 5000;
    adapter.onCall = () => {
      throw new FileSourceError('rate-limited', 'slow down', { retryAfterMs });
    };
    const source = sourceOf(adapter, { ports: createTestPorts({ clock }), retry: { maxAttempts: 2 } });
    await expect(source.stat('1/2')).rejects.toMatchObject({ kind: 'rate-limited' });
    expect(clock.slept).toContain(5000);
    retryAfterMs = 3_600_000;
    await expect(source.stat('1/2')).rejects.toMatchObject({ kind: 'rate-limited', retryAfterMs: 3_600_000 });
    expect(clock.slept).not.toContain(3_600_000);
  });

  it('never starts an archive a second time unless the vendor said that it did not start one', async () => {
    let started = 0;
    const archive = async (): Promise<never> => {
      started += 1;
      throw new FileSourceError(started === 1 ? 'rate-limited' : 'network', 'x');
    };
    const adapter = overlay(createMemoryAdapter({ folders, capabilities: { archive: { support: 'native' } } }), { archive });
    await expect(sourceOf(adapter).archive(['1/2'])).rejects.toMatchObject({ kind: 'network' });
    expect(started).toBe(2);
  });

  it('waits out a silent vendor twice and no more', () => {
    const silent = new FileSourceError('timeout', 'no answer');
    expect(retryDelayMs(defaultRetryPolicy, 1, silent, 0.5)).not.toBeNull();
    expect(retryDelayMs(defaultRetryPolicy, 2, silent, 0.5)).toBeNull();
    expect(retryDelayMs(defaultRetryPolicy, 2, new FileSourceError('network', 'reset'), 0.5)).not.toBeNull();
  });

  it('stops waiting when the caller\'s signal fires', async () => {
    const clock = createVirtualClock();
    const adapter = createMemoryAdapter({ folders });
    adapter.onCall = () => {
      throw new FileSourceError('rate-limited', 'x', { retryAfterMs: 60_000 });
    };
    const stop = new AbortController();
    const failing = expect(sourceOf(adapter, { ports: createTestPorts({ clock }) }).stat('1/2', { signal: stop.signal })).rejects.toMatchObject({ kind: 'aborted' });
    await settle();
    stop.abort();
    await failing;
    expect(clock.sleeping).toBe(0);
  });

  it('never waits outside of its bounds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (attempt, chance) => {
        const delay = retryDelayMs({ ...defaultRetryPolicy, maxAttempts: 100 }, attempt, new FileSourceError('network', 'x'), chance);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(defaultRetryPolicy.maxDelayMs);
      }),
    );
  });
});

describe('time-out and limit', () => {
  it('give up on an answer that does not come, and leave no timer behind', async () => {
    const clock = createVirtualClock();
    const adapter = createMemoryAdapter({ folders });
    adapter.onCall = () => new Promise(() => undefined);
    const failing = expect(sourceOf(adapter, { ports: createTestPorts({ clock }), timeoutMs: 1000, retry: { maxAttempts: 2 } }).stat('1/2')).rejects.toMatchObject({ kind: 'timeout', status: 'persistent' });
    await clock.advance(5000);
    await failing;
    expect(adapter.calls).toHaveLength(2);
    expect(clock.sleeping).toBe(0);
  });

  it('hold back calls past the limit, and waiting for a place is not counted as the vendor\'s slowness', async () => {
    const clock = createVirtualClock();
    const adapter = createMemoryAdapter({ folders, capabilities: { limits: { maxPageSize: 10, maxContentBytes: null, linkLifetimeMs: null, maxConcurrency: 2, maxArchives: null } } });
    let atOnce = 0;
    let most = 0;
    adapter.onCall = async () => {
      most = Math.max(most, (atOnce += 1));
      await clock.sleep(900);
      atOnce -= 1;
    };
    const source = sourceOf(adapter, { ports: createTestPorts({ clock }), timeoutMs: 1000, retry: { maxAttempts: 1 } });
    const calls = Promise.all(Array.from({ length: 10 }, () => source.stat('1/2')));
    await clock.advance(10_000);
    expect(await calls).toHaveLength(10);
    expect(most).toBe(2);
  });
});

describe('the download of a finished archive', () => {
  it('is opened again when that failed for a passing reason, and located when nothing helps', async () => {
    let failures = 2;
    const archive: Archive = {
      name: 'a.zip',
      items: [],
      warning: null,
      link: null,
      open: async () => {
        if ((failures -= 1) >= 0) throw new FileSourceError('vendor-failure', 'down');
        return { body: Readable.from([Buffer.from('zip')]), size: 3, totalSize: 3, offset: 0, mediaType: null, name: null, validator: null, format: 'zip' };
      },
    };
    const adapter = overlay(createMemoryAdapter({ folders, capabilities: { archive: { support: 'native' } } }), { archive: async () => createFinishedOperation(archive) });
    const finished = await (await sourceOf(adapter).archive(['1'])).result();
    expect((await bytesOf((await finished.open()).body)).toString()).toBe('zip');
    failures = 100;
    await expect(finished.open()).rejects.toMatchObject({ kind: 'vendor-failure', status: 'persistent', source: 'memory', operation: 'open-archive' });
  });
});

describe('waiting that was given up', () => {
  it('leaves no rejection that nobody hears', async () => {
    const unheard: unknown[] = [];
    const onUnheard = (reason: unknown): void => void unheard.push(reason);
    process.on('unhandledRejection', onUnheard);
    const late = new Promise((_resolve, reject) => setTimeout(() => reject(new Error('late')), 5));
    await expect(awaitUnder(late, { clock: createVirtualClock(), signal: AbortSignal.abort(), onTimeout: () => new FileSourceError('timeout', 'x') })).rejects.toMatchObject({ kind: 'aborted' });
    await new Promise((resolve) => setTimeout(resolve, 30));
    process.off('unhandledRejection', onUnheard);
    expect(unheard).toEqual([]);
  });
});

describe('what waits for a place', () => {
  it('ends at once when its signal fires, and gives no place away for it', async () => {
    const adapter = createMemoryAdapter({ folders });
    let answer = (): void => undefined;
    adapter.onCall = () => new Promise<void>((resolve) => (answer = resolve));
    const source = sourceOf(adapter, { limiter: createLimiter(1) });
    const first = source.stat('1/2');
    const stop = new AbortController();
    const second = expect(source.stat('1/2', { signal: stop.signal })).rejects.toMatchObject({ kind: 'aborted' });
    const third = source.stat('1/2');
    await settle();
    stop.abort();
    await second;
    expect(adapter.calls).toHaveLength(1);
    answer();
    await first;
    await settle();
    answer();
    await third;
    expect(adapter.calls).toHaveLength(2);
  });
});
