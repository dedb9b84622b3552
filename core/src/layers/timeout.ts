import type { Clock } from '../ports/clock.ts';
import { withTimeout } from '../time/with-timeout.ts';
import { aroundCalls, type Layer } from './layer.ts';

/**
 * Bounds the time to the answer of one attempt; the flow of a body is `delivery`'s affair.
 * - Inside of `retry`; the other way round, all attempts would share one time-out.
 * - Starting an archive may walk whole folders first, call by call, so it has no bound here.
 */
export function timeoutLayer(options: { readonly clock: Clock; readonly timeoutMs: number }): Layer {
  return {
    name: 'timeout',
    wrap: (inner) => aroundCalls(inner, (call, run) => (call.name === 'archive' ? run(call.signal) : withTimeout(options.clock, options.timeoutMs, call.signal, run))),
  };
}
