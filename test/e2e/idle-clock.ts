import { setTimeout as pause } from 'node:timers/promises';
import type { Clock, HttpClient, HttpResponse } from '@filesource/core';

const lookEveryMs = 2;
/** Time-outs lie further ahead and never come: nothing here takes that long. */
const farthestMs = 20_000;

/** Time that stands still while anything real is under way, and else leaps to where somebody waits for it. */
export interface IdleClock extends Clock {
  /** The same transport, each request of which takes `latencyMs` of this time. */
  slow(transport: HttpClient, latencyMs: number): HttpClient;
  stop(): void;
}

export function createIdleClock(startMs = Date.UTC(2026, 10, 21)): IdleClock {
  let nowMs = startMs;
  let busy = 0;
  /** Changes with everything that happens. */
  let moves = 0;
  let isStopped = false;
  const sleepers = new Set<{ readonly wakeMs: number; readonly wake: () => void }>();
  const schedule = (ms: number, run: () => void): (() => void) => {
    moves += 1;
    const sleeper = { wakeMs: nowMs + Math.max(0, ms), wake: run };
    sleepers.add(sleeper);
    return () => void sleepers.delete(sleeper);
  };
  const sleep: Clock['sleep'] = (ms, signal) =>
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
    });
  const leap = (): void => {
    const wakeMs = Math.min(...[...sleepers].map((sleeper) => sleeper.wakeMs));
    if (wakeMs > nowMs + farthestMs) return;
    nowMs = Math.max(nowMs, wakeMs);
    for (const sleeper of Array.from(sleepers).filter((waiting) => waiting.wakeMs <= nowMs)) {
      sleepers.delete(sleeper);
      sleeper.wake();
    }
  };
  const run = async (): Promise<void> => {
    for (let seen = -1; ; ) {
      await pause(lookEveryMs);
      if (isStopped) return;
      if (busy === 0 && moves === seen) leap();
      seen = moves;
    }
  };
  void run();

  const real = async (send: () => Promise<HttpResponse>): Promise<HttpResponse> => {
    busy += 1;
    moves += 1;
    const end = (): void => {
      busy -= 1;
      moves += 1;
    };
    try {
      const response = await send();
      if (response.body.closed) end();
      else response.body.once('close', end);
      return response;
    } catch (error) {
      end();
      throw error;
    }
  };
  return {
    now: () => nowMs,
    schedule,
    sleep,
    slow: (transport, latencyMs) => ({
      send: async (request) => {
        await sleep(latencyMs, request.signal);
        return real(() => transport.send(request));
      },
    }),
    stop: () => {
      isStopped = true;
    },
  };
}
