import pLimit from 'p-limit';
import { throwIfAborted } from '../errors/to-file-source-error.ts';
import { aroundCalls, type Layer } from './layer.ts';

/** A number of calls at once; one limiter is shared by all sources of an account. */
export type Limiter = <T>(run: () => Promise<T>) => Promise<T>;

export function createLimiter(maxConcurrency: number): Limiter {
  return pLimit(maxConcurrency);
}

/**
 * Bounds the calls in flight.
 * - Inside of `retry` (waiting between attempts holds no place) and outside of `timeout` (queueing is not the vendor's slowness).
 */
export function limitLayer(limiter: Limiter): Layer {
  return {
    name: 'limit',
    wrap: (inner) =>
      aroundCalls(inner, (call, run) =>
        limiter(async () => {
          throwIfAborted(call.signal);
          return run(call.signal);
        }),
      ),
  };
}
