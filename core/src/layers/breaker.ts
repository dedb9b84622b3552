import type { CircuitBreaker } from '../limits/circuit-breaker.ts';
import type { Logger } from '../ports/logger.ts';
import { aroundCalls, type Layer } from './layer.ts';

/**
 * Fails at once while the vendor of an account does not work: see {@link CircuitBreaker}.
 * - Right: `retry > limit > breaker > timeout`. Every attempt is counted, and calls that queued before it opened are refused when their turn comes.
 * - Wrong: `breaker > retry` (one call is many failures, and only one is seen), `timeout > breaker` (time-outs, the commonest failure, are not seen).
 */
export function breakerLayer(options: { readonly breaker: CircuitBreaker; readonly source: string; readonly logger: Logger }): Layer {
  const { breaker, source, logger } = options;
  return {
    name: 'breaker',
    wrap: (inner) =>
      aroundCalls(inner, (call, run) =>
        breaker.run(
          () => run(call.signal),
          (state, error) => logger.log(state === 'open' ? 'warn' : 'info', 'source.breaker', { source, state, ...(error === undefined ? {} : { kind: error.kind }) }),
        ),
      ),
  };
}
