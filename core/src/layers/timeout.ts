import type { Content } from '../content.ts';
import type { Clock } from '../ports/clock.ts';
import { withTimeout } from '../time/with-timeout.ts';
import { aroundCalls, type Layer } from './layer.ts';

/**
 * Bounds the time to the answer of one attempt; the flow of a body is `delivery`'s affair.
 * - Right: `retry > limit > timeout > adapter`. Each attempt has its own time-out, and queueing is not the vendor's slowness.
 * - Wrong: `timeout > retry` (all attempts share one), `timeout > limit` (many calls at once run out of time in the queue).
 * - Waiting in an adapter's own queue is left out with {@link waitUntimed}. A body that comes too late is closed.
 * - Starting an archive may walk whole folders first, call by call, so it has no bound here.
 */
export function timeoutLayer(options: { readonly clock: Clock; readonly timeoutMs: number }): Layer {
  const { clock, timeoutMs } = options;
  return {
    name: 'timeout',
    wrap: (inner) =>
      aroundCalls(inner, (call, run) => {
        if (call.name === 'archive') return run(call.signal);
        return withTimeout(clock, timeoutMs, call.signal, run, call.name === 'open' || call.name === 'open-archive' ? closeBody : undefined);
      }),
  };
}

function closeBody(late: unknown): void {
  const { body } = late as Content;
  body.on('error', () => undefined);
  body.destroy();
}
