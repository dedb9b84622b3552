import type { Clock } from '@filesource/core';

/** The longest wait that a timer of Node can hold; a longer one would end at once. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  schedule,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => {
        cancel();
        reject(signal?.reason as Error);
      };
      const cancel = schedule(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};

function schedule(ms: number, run: () => void): () => void {
  if (ms <= longestTimerMs) {
    const timer = setTimeout(run, Math.max(0, ms));
    return () => clearTimeout(timer);
  }
  const wakeMs = performance.now() + ms;
  let cancel = schedule(longestTimerMs, () => {
    cancel = schedule(wakeMs - performance.now(), run);
  });
  return () => cancel();
}
