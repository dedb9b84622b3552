import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@filesource/core';

/** How many times faster than the wall everything goes, the sandbox's time included: a wait of 1 s takes 50 ms. */
export const pace = 20;

const startedMs = Date.now();

export const fastClock: Clock = {
  now: () => Math.floor(startedMs + (Date.now() - startedMs) * pace),
  sleep: async (ms, signal) => {
    try {
      await sleep(Math.max(0, ms) / pace, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      throw signal?.aborted === true ? (signal.reason as Error) : error;
    }
  },
};
