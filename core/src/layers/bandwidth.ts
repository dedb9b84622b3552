import type { RateLimiter } from '../limits/rate-limiter.ts';
import { PacedTransform } from '../streams/paced-transform.ts';
import { pipeTogether } from '../streams/pipe-together.ts';
import type { Content } from '../content.ts';
import { aroundCalls, type Layer } from './layer.ts';

/**
 * Bounds the bytes of bodies in each second, of all bodies of an account together; there is no such layer where no bound is set.
 * - Right: `emulate-archive > bandwidth > delivery`. To `delivery` it is a slow reader, which holds back the vendor and is no silence.
 * - Wrong: `delivery > bandwidth` (a body that waits for its turn looks silent), `bandwidth > emulate-archive` (packed bytes would be counted).
 */
export function bandwidthLayer(bytes: RateLimiter): Layer {
  return {
    name: 'bandwidth',
    wrap: (inner) =>
      aroundCalls(inner, async (call, run) => {
        const value = await run(call.signal);
        return call.name === 'open' || call.name === 'open-archive' ? paced(value, bytes) : value;
      }),
  };
}

function paced<T>(value: T, bytes: RateLimiter): T {
  const content = value as unknown as Content;
  return { ...value, body: pipeTogether(content.body, new PacedTransform(bytes)) };
}
