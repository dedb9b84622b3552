import type { RateLimiter } from '../limits/rate-limiter.ts';
import { aroundCalls, type Layer } from './layer.ts';

/**
 * Spaces out the attempts at an account; there is no such layer where no rate is set.
 * - Right: `retry > limit > breaker > rate > timeout`. Each attempt counts, what the breaker refuses does not, and waiting is not the vendor's slowness.
 * - Wrong: `rate > limit` (calls let through queue up and go out together), `timeout > rate`.
 */
export function rateLayer(calls: RateLimiter): Layer {
  return {
    name: 'rate',
    wrap: (inner) =>
      aroundCalls(inner, async (call, run) => {
        await calls.take(1, call.signal);
        return run(call.signal);
      }),
  };
}
