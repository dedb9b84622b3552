import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CircuitBreaker, FileSourceError } from '@filesource/core';
import { createMemoryAdapter, createTestPorts, createVirtualClock } from '@filesource/testkit';
import { sourceOf } from './helpers.ts';

const policy = { failures: 3, coolDownMs: 10_000 };
const outcomes = ['success', 'network', 'timeout', 'vendor-failure', 'aborted', 'not-found', 'unexpected', 'gone'] as const;
type Outcome = (typeof outcomes)[number];

const errorOf = (outcome: Exclude<Outcome, 'success'>): FileSourceError =>
  outcome === 'gone' ? new FileSourceError('vendor-failure', 'for good', { status: 'permanent' }) : new FileSourceError(outcome, outcome);

function attempt(outcome: Outcome): () => Promise<string> {
  return async () => {
    if (outcome === 'success') return 'answer';
    throw errorOf(outcome);
  };
}

async function kindOf(run: Promise<unknown>): Promise<string> {
  return run.then(
    () => 'success',
    (error: FileSourceError) => (error.message.startsWith('the vendor was not asked') ? 'refused' : error.message),
  );
}

describe('a circuit breaker', () => {
  it('does what its rules say, whatever happens in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ outcome: fc.constantFrom(...outcomes), passMs: fc.constantFrom(0, 0, 0, 4000, 10_000) }), { maxLength: 60 }), async (steps) => {
        let nowMs = 0;
        const breaker = new CircuitBreaker({ now: () => nowMs, sleep: async () => undefined }, policy);
        let failures = 0;
        let openedMs: number | undefined;
        for (const { outcome, passMs } of steps) {
          nowMs += passMs;
          const isRefused = openedMs !== undefined && nowMs < openedMs + policy.coolDownMs;
          const seen = await kindOf(breaker.run(attempt(outcome)));
          expect(seen).toBe(isRefused ? 'refused' : outcome === 'gone' ? 'for good' : outcome);
          if (isRefused) continue;
          if (outcome === 'success' || outcome === 'not-found') [failures, openedMs] = [0, undefined];
          else if (outcome === 'network' || outcome === 'timeout' || outcome === 'vendor-failure') {
            failures += 1;
            if (openedMs !== undefined || failures >= policy.failures) openedMs = nowMs;
          }
          expect(breaker.state).toBe(openedMs === undefined ? 'closed' : 'open');
        }
      }),
    );
  });

  it('lets one attempt try the vendor after the cool-down, while the others are refused', async () => {
    const clock = createVirtualClock();
    const breaker = new CircuitBreaker(clock, policy);
    for (let n = 0; n < 3; n += 1) await kindOf(breaker.run(attempt('network')));
    await clock.advance(10_000);
    let answer = (_value: string): void => undefined;
    const states: string[] = [];
    const probe = breaker.run(() => new Promise<string>((resolve) => (answer = resolve)), (state) => states.push(state));
    expect(breaker.state).toBe('half-open');
    await expect(breaker.run(attempt('success'))).rejects.toMatchObject({ kind: 'network', status: 'temporary', retryAfterMs: 1000 });
    answer('back');
    expect(await probe).toBe('back');
    expect([breaker.state, ...states]).toEqual(['closed', 'half-open', 'closed']);
    expect(await kindOf(breaker.run(attempt('network')))).toBe('network');
    expect(breaker.state).toBe('closed');
  });

  it('does not open for what one cut ended at once, and opens with the first attempt after it that fails too', async () => {
    const breaker = new CircuitBreaker(createVirtualClock(), policy);
    const cuts: (() => void)[] = [];
    const cut = (): Promise<string> => new Promise((_resolve, reject) => cuts.push(() => reject(errorOf('network'))));
    const together = Array.from({ length: 8 }, () => kindOf(breaker.run(cut)));
    for (const end of cuts) end();
    await Promise.all(together);
    expect(breaker.state).toBe('closed');
    await kindOf(breaker.run(attempt('network')));
    expect(breaker.state).toBe('open');
  });

  it('lets the next one try when the caller of the first went away', async () => {
    const clock = createVirtualClock();
    const breaker = new CircuitBreaker(clock, policy);
    for (let n = 0; n < 3; n += 1) await kindOf(breaker.run(attempt('timeout')));
    await clock.advance(10_000);
    expect(await kindOf(breaker.run(attempt('aborted')))).toBe('aborted');
    expect(await kindOf(breaker.run(attempt('success')))).toBe('success');
    expect(breaker.state).toBe('closed');
  });

  it('is not kept open by what was on its way when it opened, nor by a clock that is put back', async () => {
    let nowMs = 1_000_000;
    const breaker = new CircuitBreaker({ now: () => nowMs, sleep: async () => undefined }, policy);
    let fail = (_error: Error): void => undefined;
    const late = kindOf(breaker.run(() => new Promise((_resolve, reject) => (fail = reject))));
    for (let n = 0; n < 3; n += 1) await kindOf(breaker.run(attempt('network')));
    nowMs += 9000;
    fail(new FileSourceError('timeout', 'late'));
    expect(await late).toBe('late');
    nowMs += 1000;
    expect(await kindOf(breaker.run(attempt('network')))).toBe('network');
    nowMs -= 500_000;
    await expect(breaker.run(attempt('success'))).rejects.toMatchObject({ retryAfterMs: 10_000 });
    nowMs += 10_000;
    expect(await kindOf(breaker.run(attempt('success')))).toBe('success');
  });

  it('says what was the matter and when to come again, and asks for patience only so long', async () => {
    const clock = createVirtualClock();
    const breaker = new CircuitBreaker(clock, policy);
    for (let n = 0; n < 3; n += 1) await kindOf(breaker.run(attempt('vendor-failure')));
    await clock.advance(4000);
    const refusal = await breaker.run(attempt('success')).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ kind: 'vendor-failure', status: 'temporary', retryAfterMs: 6000, cause: { message: 'vendor-failure' } });
    for (let n = 0; n < 3; n += 1) {
      await clock.advance(10_000);
      await kindOf(breaker.run(attempt('vendor-failure')));
    }
    await expect(breaker.run(attempt('success'))).rejects.toMatchObject({ status: 'persistent', retryAfterMs: 10_000 });
  });
});

describe('a source with a breaker', () => {
  const folders = [{ id: '1', files: [{ id: '2', name: 'a.txt', bytes: Buffer.from('hello') }] }];

  it('waits out a short outage with its retries, asking the vendor no more than it must', async () => {
    const clock = createVirtualClock();
    const ports = createTestPorts({ clock });
    const adapter = createMemoryAdapter({ folders });
    const downUntilMs = clock.now() + 15_000;
    adapter.onCall = () => {
      if (clock.now() < downUntilMs) throw new FileSourceError('network', 'reset');
    };
    const breaker = new CircuitBreaker(clock, { failures: 5, coolDownMs: 10_000 });
    const sources = [sourceOf(adapter, { ports, breaker }), sourceOf(adapter, { ports, breaker })];
    const calls = Promise.allSettled(Array.from({ length: 20 }, (_, n) => sources[n % 2]!.stat('1/2')));
    await clock.advance(60_000);
    expect((await calls).map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'fulfilled'));
    expect(adapter.calls.length).toBeLessThan(50);
    expect(ports.logged.filter(({ event }) => event === 'source.breaker').map(({ fields }) => fields['state'])).toEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
    expect(clock.sleeping).toBe(0);
  });

  it('fails at once when the vendor stays away, with the last error as its cause', async () => {
    const clock = createVirtualClock();
    const adapter = createMemoryAdapter({ folders });
    adapter.onCall = () => {
      throw new FileSourceError('network', 'reset');
    };
    const source = sourceOf(adapter, { ports: createTestPorts({ clock }), breaker: new CircuitBreaker(clock, { failures: 2, coolDownMs: 1000 }), retry: { maxAttempts: 2 } });
    for (let n = 0; n < 3; n += 1) {
      await clock.advance(4500);
      const failing = expect(source.stat('1/2')).rejects.toMatchObject({ kind: 'network', status: 'persistent' });
      await clock.advance(10);
      await failing;
    }
    const asked = adapter.calls.length;
    const startMs = clock.now();
    await expect(source.stat('1/2')).rejects.toMatchObject({ kind: 'network', status: 'persistent', source: 'memory', retryAfterMs: expect.any(Number), cause: { message: 'reset' } });
    expect([adapter.calls.length - asked, clock.now() - startMs]).toEqual([0, 0]);
  });
});
