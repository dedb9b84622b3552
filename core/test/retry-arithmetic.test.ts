import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createFinishedOperation, errorKinds, FileSourceError, overlay, retryAfterMs, retryDelayMs, type Archive, type ErrorStatus, type RetryPolicy } from '@filesource/core';
import { createInstantClock, createMemoryAdapter, createTestPorts } from '@filesource/testkit';
import { sourceOf } from './helpers.ts';

const folders = [{ id: '1', name: 'a', files: [{ id: '2', name: 'a.txt', bytes: Buffer.from('hello') }] }];
const policy: fc.Arbitrary<RetryPolicy> = fc.record({ maxAttempts: fc.integer({ min: 1, max: 20 }), baseDelayMs: fc.nat({ max: 60_000 }), maxDelayMs: fc.nat({ max: 600_000 }), maxRetryAfterMs: fc.nat({ max: 600_000 }) });
const chance = fc.double({ min: 0, max: 1, noNaN: true });
const statuses: readonly ErrorStatus[] = ['permanent', 'temporary', 'persistent'];
const failure = fc
  .record({ kind: fc.constantFrom(...errorKinds), status: fc.constantFrom(...statuses), wishMs: fc.option(fc.nat({ max: 1_200_000 }), { nil: undefined }) })
  .map(({ kind, status, wishMs }) => new FileSourceError(kind, 'x', { status, ...(wishMs === undefined ? {} : { retryAfterMs: wishMs }) }));

describe('the wait before another attempt', () => {
  it('is the wish of the vendor exactly, or none at all past the most; without a wish it is within its ceiling', () => {
    fc.assert(
      fc.property(policy, fc.integer({ min: 1, max: 25 }), failure, chance, (given, attempt, error, drawn) => {
        const delay = retryDelayMs(given, attempt, error, drawn);
        const mayRepeat = error.status === 'temporary' && attempt < (error.kind === 'timeout' ? Math.min(2, given.maxAttempts) : given.maxAttempts);
        const wish = error.retryAfterMs;
        if (!mayRepeat || (wish !== undefined && wish > given.maxRetryAfterMs)) expect(delay).toBeNull();
        else if (wish !== undefined) expect(delay).toBe(wish);
        else {
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(Math.min(given.maxDelayMs, given.baseDelayMs * 2 ** (attempt - 1)));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is read from a header of seconds or of a date, is never below 0, and nonsense is no wish', () => {
    const nowMs = fc.integer({ min: 0, max: 4e12 });
    fc.assert(fc.property(fc.nat({ max: 999_999_999 }), nowMs, (seconds, now) => expect(retryAfterMs(` ${seconds} `, now)).toBe(seconds * 1000)));
    fc.assert(
      fc.property(nowMs, fc.integer({ min: -1e9, max: 1e9 }), (now, awayMs) => {
        const atMs = Math.floor((now + awayMs) / 1000) * 1000;
        fc.pre(atMs >= 0);
        expect(retryAfterMs(new Date(atMs).toUTCString(), now)).toBe(Math.max(0, atMs - now));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), nowMs, (header, now) => {
        const wait = retryAfterMs(header, now);
        if (wait !== undefined) expect(Number.isFinite(wait) && wait >= 0).toBe(true);
      }),
    );
  });

  it('is read from a fraction of seconds, and a negative number is nonsense', () => {
    expect(['0.5', '1.5', '120.25', '-5', '-1.5', '+30'].map((header) => retryAfterMs(header, Date.UTC(2026, 0)))).toEqual([500, 1500, 120_250, undefined, undefined, undefined]);
  });
});

describe('a call that fails again and again', () => {
  const safe = fc.constantFrom('stat' as const, 'listPage' as const);

  it('is made no more often than the most, and waits exactly as long as it was told to', async () => {
    await fc.assert(
      fc.asyncProperty(policy, fc.array(failure, { minLength: 1, maxLength: 25 }), safe, async (retry, failures, call) => {
        const clock = createInstantClock();
        const adapter = createMemoryAdapter({ folders });
        const thrown: FileSourceError[] = [];
        adapter.onCall = () => {
          const error = failures[thrown.length % failures.length];
          if (error === undefined) return;
          thrown.push(error);
          throw error;
        };
        const source = sourceOf(adapter, { ports: createTestPorts({ clock }), retry });
        const outcome = call === 'stat' ? source.stat('1/2') : source.list('1').byPage()[Symbol.asyncIterator]().next();
        const error: unknown = await outcome.then(() => undefined, (reason: unknown) => reason);
        expect(error).toBeInstanceOf(FileSourceError);
        expect(thrown.length).toBeLessThanOrEqual(retry.maxAttempts);
        expect(thrown.slice(0, -1).every(({ status }) => status === 'temporary')).toBe(true);
        // Each one but the last was waited for.
        const waits = thrown.slice(0, -1).map(({ retryAfterMs: wish }) => wish);
        for (const wish of waits) if (wish !== undefined) expect(wish).toBeLessThanOrEqual(retry.maxRetryAfterMs);
        for (const wish of waits) if (wish !== undefined && wish > 0) expect(clock.slept).toContain(wish);
        expect((error as FileSourceError).status).not.toBe('temporary');
      }),
      { numRuns: 150 },
    );
  });

  it('is not made again when it starts an archive, unless the vendor says that it started none', async () => {
    await fc.assert(
      fc.asyncProperty(policy, failure, async (given, error) => {
        const retry = { ...given, maxAttempts: given.maxAttempts + 1 };
        const clock = createInstantClock();
        let starts = 0;
        const adapter = overlay(createMemoryAdapter({ folders, capabilities: { archive: { support: 'native' } } }), {
          archive: async () => {
            starts += 1;
            if (starts === 1) throw error;
            return createFinishedOperation<Archive>({ name: 'a.zip', items: [], warning: null, link: null, open: () => Promise.reject(new Error('not opened')) });
          },
        });
        const source = sourceOf(adapter, { ports: createTestPorts({ clock }), retry });
        await source.archive(['1']).catch(() => undefined);
        const wasStarted = error.kind !== 'rate-limited';
        const isTooLong = error.retryAfterMs !== undefined && error.retryAfterMs > retry.maxRetryAfterMs;
        expect(starts).toBe(wasStarted || error.status !== 'temporary' || isTooLong ? 1 : 2);
      }),
      { numRuns: 300 },
    );
  });
});
