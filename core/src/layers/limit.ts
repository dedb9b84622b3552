import pLimit from 'p-limit';
import { promised } from '../promised.ts';
import { abortError, throwIfAborted } from '../errors/to-file-source-error.ts';
import { aroundCalls, type Layer } from './layer.ts';

/** A number of calls at once, first come, first served; one limiter is shared by all sources of an account. */
export type Limiter = <T>(run: () => Promise<T>) => Promise<T>;

export function createLimiter(maxConcurrency: number): Limiter {
  return pLimit(maxConcurrency);
}

/**
 * Bounds the calls in flight; one that is aborted while it queues ends at once.
 * - Right: `retry > limit > timeout`. Waiting between attempts holds no place, and queueing is not the vendor's slowness.
 * - Wrong: `limit > retry` (a call that waits for a `Retry-After` keeps others out), `timeout > limit`.
 */
export function limitLayer(limiter: Limiter): Layer {
  return {
    name: 'limit',
    wrap: (inner) => aroundCalls(inner, (call, run) => (call.signal === undefined ? limiter(() => run(undefined)) : limited(limiter, call.signal, () => run(call.signal)))),
  };
}

function limited<T>(limiter: Limiter, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    throwIfAborted(signal);
    const onAbort = (): void => reject(abortError(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    const start = (): Promise<T> => {
      signal.removeEventListener('abort', onAbort);
      throwIfAborted(signal);
      return run();
    };
    limiter(() => promised(start)).then(resolve, reject);
  });
}
