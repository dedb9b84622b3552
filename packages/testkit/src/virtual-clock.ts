import type { Clock } from '@filesource/core';

/** A clock that stands still until it is told to go on. */
export interface VirtualClock extends Clock {
  /** Moves time forward and wakes every sleeper on the way, in the order of their times. */
  advance(ms: number): Promise<void>;
  /** Sleeps that have not ended: a test for left-over timers. */
  readonly sleeping: number;
}

interface Sleeper {
  readonly wakeMs: number;
  readonly wake: () => void;
}

/** Lets promises that are ready to go on do so; several turns, since one wakes another. */
export async function settle(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function createVirtualClock(startMs = Date.UTC(2026, 10, 21)): VirtualClock {
  let nowMs = startMs;
  const sleepers = new Set<Sleeper>();
  const schedule = (ms: number, wake: () => void): (() => void) => {
    const sleeper: Sleeper = { wakeMs: nowMs + Math.max(0, ms), wake };
    sleepers.add(sleeper);
    return () => void sleepers.delete(sleeper);
  };
  return {
    now: () => nowMs,
    schedule,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason);
          return;
        }
        const onAbort = (): void => {
          cancel();
          reject(signal?.reason);
        };
        const cancel = schedule(ms, () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        });
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    async advance(ms) {
      const targetMs = nowMs + ms;
      await settle();
      for (;;) {
        const next = [...sleepers].filter((sleeper) => sleeper.wakeMs <= targetMs).sort((a, b) => a.wakeMs - b.wakeMs)[0];
        if (next === undefined) break;
        sleepers.delete(next);
        nowMs = Math.max(nowMs, next.wakeMs);
        next.wake();
        await settle();
      }
      nowMs = targetMs;
    },
    get sleeping() {
      return sleepers.size;
    },
  };
}

/** A clock whose sleeps end at once and move its time on: for runs where only the order counts. Whatever watches for silence with it sees hours go by while a disk or a socket works. */
export function createInstantClock(startMs = Date.UTC(2026, 10, 21)): Clock & { readonly slept: readonly number[] } {
  let nowMs = startMs;
  const slept: number[] = [];
  return {
    slept,
    now: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      nowMs += Math.max(0, ms);
      slept.push(ms);
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    },
  };
}
