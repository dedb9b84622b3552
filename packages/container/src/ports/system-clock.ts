import type { Clock } from '@filesource/core';

/** The longest wait that a timer of Node can hold; a longer one would end at once. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    const wakeMs = performance.now() + Math.max(0, ms);
    for (let leftMs = ms; leftMs > 0 || leftMs === ms; leftMs = wakeMs - performance.now()) {
      await timer(Math.min(Math.max(0, leftMs), longestTimerMs), signal);
      if (leftMs <= longestTimerMs) return;
    }
  },
};

function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timeout);
      reject(signal?.reason as Error);
    };
    const timeout = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
