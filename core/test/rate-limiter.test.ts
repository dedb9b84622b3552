import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRateLimiter, type Clock } from '@filesource/core';
import { createMemoryAdapter, createTestPorts, createVirtualClock, settle } from '@filesource/testkit';
import { bytesOf, sourceOf } from './helpers.ts';

interface Grant {
  readonly atMs: number;
  readonly amount: number;
}

/** Wakes timers in order and without waiting for real turns, so that thousands of runs are quick. */
function quickClock(): Clock & { run(): Promise<void> } {
  let nowMs = 1000;
  const timers = new Set<{ atMs: number; run: () => void }>();
  return {
    now: () => nowMs,
    sleep: () => Promise.reject(new Error('not used')),
    schedule: (ms, run) => {
      const timer = { atMs: nowMs + ms, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async run() {
      for (;;) {
        for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
        const next = [...timers].sort((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined) return;
        timers.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.run();
      }
    },
  };
}

describe('a rate limiter', () => {
  it('never gives more over any time than its rate and one burst, and gives to each in turn', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.1, max: 5000, noNaN: true }),
        fc.array(fc.record({ share: fc.double({ min: 0.01, max: 1, noNaN: true }), pauseMs: fc.nat(300), isGone: fc.boolean() }), { minLength: 1, maxLength: 30 }),
        async (perSecond, wishes) => {
          const clock = quickClock();
          const limiter = createRateLimiter({ clock, perSecond });
          const grants: Grant[] = [];
          const order: number[] = [];
          let atMs = 0;
          for (const [index, { share, pauseMs, isGone }] of wishes.entries()) {
            const amount = share * limiter.burst;
            const stop = new AbortController();
            clock.schedule?.((atMs += pauseMs), () => {
              limiter.take(amount, stop.signal).then(
                () => {
                  grants.push({ atMs: clock.now(), amount });
                  order.push(index);
                },
                () => undefined,
              );
              if (isGone) stop.abort();
            });
          }
          await clock.run();
          for (let from = 0; from < grants.length; from += 1) {
            let sum = 0;
            for (let to = from; to < grants.length; to += 1) {
              sum += grants[to]!.amount;
              expect(sum).toBeLessThanOrEqual(limiter.burst + ((grants[to]!.atMs - grants[from]!.atMs) / 1000) * perSecond + 1e-6);
            }
          }
          expect(order).toEqual([...order].sort((a, b) => a - b));
          expect(grants.length).toBeGreaterThanOrEqual(wishes.filter(({ isGone }) => !isGone).length);
        },
      ),
    );
  });

  it('reaches its rate, and is not owed what nobody asked for', async () => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock, perSecond: 100 });
    await clock.advance(3_600_000);
    const given: number[] = [];
    const startMs = clock.now();
    const all = Promise.all(Array.from({ length: 200 }, () => limiter.take(1).then(() => given.push(clock.now() - startMs))));
    await clock.advance(1900);
    await all;
    expect(limiter.burst).toBe(10);
    expect(given.filter((ms) => ms === 0)).toHaveLength(10);
    expect(given.at(-1)).toBe(1900);
    expect(clock.sleeping).toBe(0);
  });

  it('lets whoever aborts out at once, gives nothing away for it, and leaves no timer and no listener', async () => {
    const clock = createVirtualClock();
    const limiter = createRateLimiter({ clock, perSecond: 1 });
    await limiter.take(1);
    const stop = new AbortController();
    const left = expect(limiter.take(1, stop.signal)).rejects.toMatchObject({ kind: 'aborted' });
    const after = limiter.take(1).then(() => clock.now());
    stop.abort();
    await left;
    await expect(limiter.take(1, stop.signal)).rejects.toMatchObject({ kind: 'aborted' });
    const startMs = clock.now();
    await clock.advance(1000);
    expect(await after).toBe(startMs + 1000);
    expect([clock.sleeping, getEventListeners(stop.signal, 'abort').length]).toEqual([0, 0]);
  });

  it('goes on when the clock is put back or forward', async () => {
    const clock = createVirtualClock();
    let shiftMs = 0;
    const limiter = createRateLimiter({ clock: { ...clock, now: () => clock.now() + shiftMs }, perSecond: 1 });
    await limiter.take(1);
    let given = 0;
    const waiting = Promise.all([1, 2, 3].map(() => limiter.take(1).then(() => (given += 1))));
    shiftMs = -3_600_000;
    await clock.advance(2000);
    expect(given).toBeGreaterThanOrEqual(1);
    shiftMs = 3_600_000;
    await clock.advance(1000);
    expect(given).toBeGreaterThanOrEqual(2);
    await clock.advance(2000);
    await waiting;
  });
});

describe('the rate of bytes of an account', () => {
  const bytes = Buffer.alloc(200_000, 7);
  const folders = [{ id: '1', files: ['2', '3'].map((id) => ({ id, name: `${id}.bin`, bytes })) }];

  it('bounds the bytes of all bodies together, which wait for each other without looking silent', async () => {
    const clock = createVirtualClock();
    const ports = createTestPorts({ clock });
    const byteRate = createRateLimiter({ clock, perSecond: 10_000 });
    const source = sourceOf(createMemoryAdapter({ folders }), { ports, byteRate, idleTimeoutMs: 1000 });
    const startMs = clock.now();
    const reading = Promise.all(['1/2', '1/3'].map(async (ref) => bytesOf((await source.open(ref)).body))).then((all) => ({ all, ms: clock.now() - startMs }));
    await clock.advance(41_000);
    const { all, ms } = await reading;
    expect(all.every((one) => one.equals(bytes))).toBe(true);
    expect(ms).toBeGreaterThanOrEqual(39_900);
    expect(ms).toBeLessThanOrEqual(40_500);
    expect(ports.logged.filter(({ event }) => event === 'source.resume')).toEqual([]);
    expect(clock.sleeping).toBe(0);
  }, 60_000);

  it('forgets a body that is given up while it waits', async () => {
    const clock = createVirtualClock();
    const adapter = createMemoryAdapter({ folders });
    const byteRate = createRateLimiter({ clock, perSecond: 10_000 });
    const source = sourceOf(adapter, { ports: createTestPorts({ clock }), byteRate });
    const stop = new AbortController();
    const aborted = expect(bytesOf((await source.open('1/2', { signal: stop.signal })).body)).rejects.toMatchObject({ kind: 'aborted' });
    const { body } = await source.open('1/3');
    body.once('data', () => body.destroy());
    await clock.advance(300);
    stop.abort();
    await aborted;
    await settle();
    expect(clock.sleeping).toBe(0);
  });
});
