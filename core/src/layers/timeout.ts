import type { Content } from '../content.ts';
import type { Clock } from '../ports/clock.ts';
import type { SourceAdapter } from '../source-adapter.ts';
import { WholeBody } from '../streams/whole-body.ts';
import { SpareControllers } from '../time/spare-controllers.ts';
import { withTimeout, type AttemptOptions } from '../time/with-timeout.ts';
import { aroundCalls, type Call, type Layer } from './layer.ts';

/**
 * Bounds the time to the answer of one attempt; the flow of a body is `delivery`'s affair.
 * - Right: `retry > limit > timeout > adapter`. Each attempt has its own time-out, and queueing is not the vendor's slowness.
 * - Wrong: `timeout > retry` (all attempts share one), `timeout > limit` (many calls at once run out of time in the queue).
 * - An adapter that {@link SourceAdapter.letsGoOfSignals lets go of signals} gets the same ones again.
 * - Waiting in an adapter's own queue is left out with {@link waitUntimed}. A body that comes too late is closed.
 * - Starting an archive may walk whole folders first, call by call, so it has no bound here.
 */
export function timeoutLayer(options: { readonly clock: Clock; readonly timeoutMs: number }): Layer {
  const { clock, timeoutMs } = options;
  return {
    name: 'timeout',
    wrap(inner) {
      const attempts = attemptsOf(inner);
      return aroundCalls(inner, (call, run) => (call.name === 'archive' ? run(call.signal) : withTimeout(clock, timeoutMs, call.signal, run, attempts[call.name])));
    },
  };
}

function attemptsOf({ letsGoOfSignals = false }: SourceAdapter): Readonly<Record<Exclude<Call['name'], 'archive'>, AttemptOptions>> {
  const spare = new SpareControllers();
  const freeIf = (isFree: (answer: unknown) => boolean): AttemptOptions => (letsGoOfSignals ? { controllers: { spare, isFree } } : {});
  const call = freeIf(() => true);
  return { list: call, 'list-ahead': call, stat: call, link: call, open: { discard: closeBody, ...freeIf(isWhole) }, 'open-archive': { discard: closeBody }, attach: {} };
}

/** Other bodies follow the signal to their end. */
function isWhole(answer: unknown): boolean {
  return (answer as Content).body instanceof WholeBody;
}

function closeBody(late: unknown): void {
  const { body } = late as Content;
  body.on('error', () => undefined);
  body.destroy();
}
