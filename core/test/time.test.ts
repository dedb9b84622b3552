import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect, it, jest } from '@jest/globals';
import { awaitUnder, FileSourceError, shareTimers, waitUntimed, withTimeout, type Clock } from '@filesource/core';
import { createMemoryAdapter, createTestPorts, createVirtualClock, settle } from '@filesource/testkit';
import { bytesOf, sourceOf } from './helpers.ts';

const never = (): Promise<never> => new Promise(() => undefined);
const late = (): FileSourceError => new FileSourceError('timeout', 'late');

/** As a host's own clock may be: without `schedule`. */
function bareClock(): ReturnType<typeof createVirtualClock> {
  const clock = createVirtualClock();
  return { now: clock.now, sleep: clock.sleep, advance: clock.advance, get sleeping() { return clock.sleeping; } };
}

describe.each([['a clock that schedules', createVirtualClock], ['a clock that only sleeps', bareClock]])('waiting with %s', (_name, create) => {
  it('ends with the answer, the time-out or the abort, and leaves neither timer nor listener', async () => {
    const clock = create();
    const stop = new AbortController();
    const options = { clock, signal: stop.signal, timeoutMs: 1000, onTimeout: late };
    expect(await awaitUnder(Promise.resolve(1), options)).toBe(1);
    await expect(awaitUnder(Promise.reject(new Error('no')), options)).rejects.toThrow('no');
    const timedOut = expect(awaitUnder(never(), options)).rejects.toMatchObject({ kind: 'timeout' });
    await clock.advance(1000);
    await timedOut;
    await settle();
    expect([clock.sleeping, getEventListeners(stop.signal, 'abort').length]).toEqual([0, 0]);
    const aborted = expect(awaitUnder(never(), options)).rejects.toMatchObject({ kind: 'aborted' });
    stop.abort();
    await aborted;
    await expect(awaitUnder(Promise.reject(new Error('unheard')), options)).rejects.toMatchObject({ kind: 'aborted' });
    await settle();
    expect([clock.sleeping, getEventListeners(stop.signal, 'abort').length]).toEqual([0, 0]);
  });

  it('tells an attempt that its time is over or its caller gone, and clears up after it', async () => {
    const clock = create();
    const reasons: unknown[] = [];
    const attempt = (signal: AbortSignal): Promise<never> => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      return never();
    };
    const slow = expect(withTimeout(clock, 500, undefined, attempt)).rejects.toMatchObject({ kind: 'timeout', status: 'temporary' });
    await clock.advance(500);
    await slow;
    const stop = new AbortController();
    const left = expect(withTimeout(clock, 500, stop.signal, attempt)).rejects.toMatchObject({ kind: 'aborted' });
    stop.abort('enough');
    await left;
    await settle();
    expect(reasons).toEqual([expect.objectContaining({ kind: 'timeout' }), 'enough']);
    expect([clock.sleeping, getEventListeners(stop.signal, 'abort').length]).toEqual([0, 0]);
    await expect(withTimeout(clock, 500, undefined, () => { throw new Error('at once'); })).rejects.toThrow('at once');
    await settle();
    expect(clock.sleeping).toBe(0);
  });

  it('does not count the wait for a turn in an adapter\'s own queue', async () => {
    const clock = create();
    const call = withTimeout(clock, 1000, undefined, async (signal) => {
      await clock.sleep(600);
      await waitUntimed(signal, () => clock.sleep(60_000));
      await clock.sleep(300);
      return 'answer';
    });
    await clock.advance(61_000);
    expect(await call).toBe('answer');
    const slow = expect(
      withTimeout(clock, 1000, undefined, async (signal) => {
        await clock.sleep(600);
        await Promise.all([waitUntimed(signal, () => clock.sleep(5000)), waitUntimed(signal, () => clock.sleep(9000))]);
        await clock.sleep(401);
      }),
    ).rejects.toMatchObject({ kind: 'timeout' });
    await clock.advance(10_001);
    await slow;
    expect(clock.sleeping).toBe(0);
  });

  it('starts no timer for a call that was given up while it waited for its turn', async () => {
    const clock = create();
    const stop = new AbortController();
    const call = expect(withTimeout(clock, 1000, stop.signal, (signal) => waitUntimed(signal, () => clock.sleep(60_000)))).rejects.toMatchObject({ kind: 'aborted' });
    await settle();
    stop.abort();
    await call;
    await clock.advance(60_000);
    expect(clock.sleeping).toBe(0);
  });

  it('does not count the wait of a request that several attempts share', async () => {
    const clock = create();
    const shared = new AbortController();
    const signals: AbortSignal[] = [];
    const attempt = (): Promise<string> =>
      withTimeout(clock, 1000, undefined, async (signal) => {
        signals.push(signal);
        await clock.sleep(60_500);
        return 'answer';
      });
    const calls = Promise.all([attempt(), attempt()]);
    shareTimers(shared.signal, [...signals, undefined, new AbortController().signal]);
    const waiting = waitUntimed(shared.signal, () => clock.sleep(60_000));
    await clock.advance(60_500);
    await waiting;
    expect(await calls).toEqual(['answer', 'answer']);
    expect(clock.sleeping).toBe(0);
  });

  it('just waits when the signal is none of an attempt', async () => {
    expect(await waitUntimed(undefined, async () => 1)).toBe(1);
    expect(await waitUntimed(new AbortController().signal, async () => 2)).toBe(2);
  });
});

describe('time-outs of a body', () => {
  const bytes = Buffer.alloc(1000, 1);
  const folders = [{ id: '1', files: [{ id: '2', name: 'a.bin', bytes }] }];
  const trickle = (clock: Clock): Readable =>
    Readable.from((async function* () {
      for (let at = 0; at < 1000; at += 10) {
        await clock.sleep(900);
        yield bytes.subarray(at, at + 10);
      }
    })());

  it('close a body that comes when nobody waits for the answer any more', async () => {
    const clock = createVirtualClock();
    const adapter = createMemoryAdapter({ folders });
    const body = new Readable({ read: () => undefined });
    adapter.onBody = () => body;
    adapter.onCall = () => clock.sleep(2000);
    const failing = expect(sourceOf(adapter, { ports: createTestPorts({ clock }), timeoutMs: 1000, retry: { maxAttempts: 1 } }).open('1/2')).rejects.toMatchObject({ kind: 'timeout' });
    await clock.advance(3000);
    await failing;
    expect(body.destroyed).toBe(true);
  });

  it('let a trickle go on, unless the whole transfer has a bound', async () => {
    for (const transferTimeoutMs of [undefined, 60_000]) {
      const clock = createVirtualClock();
      const adapter = createMemoryAdapter({ folders });
      adapter.onBody = () => trickle(clock);
      const source = sourceOf(adapter, { ports: createTestPorts({ clock }), timeoutMs: 100, idleTimeoutMs: 1000, ...(transferTimeoutMs === undefined ? {} : { transferTimeoutMs }) });
      const reading = bytesOf((await source.open('1/2')).body);
      const ending = transferTimeoutMs === undefined ? expect(reading).resolves.toHaveLength(1000) : expect(reading).rejects.toMatchObject({ kind: 'timeout', status: 'permanent', ref: 'memory:1/2' });
      await clock.advance(100_000);
      await ending;
      expect(clock.sleeping).toBe(0);
    }
  });

  it('notice silence in time also when the clock is put back meanwhile', async () => {
    const clock = createVirtualClock();
    let shiftMs = 0;
    const shifted: Clock = { ...clock, now: () => clock.now() + shiftMs };
    const adapter = createMemoryAdapter({ folders });
    const onBody = jest.fn(() => new Readable({ read: () => undefined }));
    adapter.onBody = onBody;
    const source = sourceOf(adapter, { ports: createTestPorts({ clock: shifted }), idleTimeoutMs: 1000 });
    const failing = expect(bytesOf((await source.open('1/2')).body)).rejects.toMatchObject({ kind: 'timeout' });
    await clock.advance(500);
    shiftMs = -3_600_000;
    await clock.advance(3_700_000);
    await failing;
    expect(onBody).toHaveBeenCalledTimes(4);
    expect(clock.sleeping).toBe(0);
  });
});
