import { getEventListeners } from 'node:events';
import { describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '../src/index.ts';

describe('the system clock', () => {
  it('tells the time and sleeps', async () => {
    const before = Date.now();
    await systemClock.sleep(30);
    expect(systemClock.now() - before).toBeGreaterThanOrEqual(28);
    await systemClock.sleep(0);
    await systemClock.sleep(-5);
  });

  it('rejects with the reason of the signal and leaves neither timer nor listener', async () => {
    const controller = new AbortController();
    const cleared = jest.spyOn(globalThis, 'clearTimeout');
    const sleep = systemClock.sleep(60_000, controller.signal);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(sleep).rejects.toBe(reason);
    expect(cleared).toHaveBeenCalledTimes(1);
    cleared.mockRestore();
    await expect(systemClock.sleep(60_000, controller.signal)).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    const unused = new AbortController();
    await systemClock.sleep(1, unused.signal);
    expect(getEventListeners(unused.signal, 'abort')).toEqual([]);
  });

  it('sleeps longer than a timer of Node can hold', async () => {
    jest.useFakeTimers();
    try {
      const ms = 2 ** 31 + 5000;
      let awake = false;
      const sleep = systemClock.sleep(ms).then(() => (awake = true));
      await jest.advanceTimersByTimeAsync(ms - 1);
      expect(awake).toBe(false);
      await jest.advanceTimersByTimeAsync(1);
      await sleep;
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
});
