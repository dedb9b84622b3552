import { toFileSourceError } from '../errors/to-file-source-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { formatRef } from '../ref.ts';
import { aroundCalls, type Layer } from './layer.ts';

/**
 * One event per call, with its time; failures as `warn`, but for pages before their turn: those are asked for again in it. Addresses are ids, so nothing here
 * needs hiding.
 * - Right: `log > gate > retry`: what was refused is seen too, and a call is one event however often it was tried (`source.retry` tells that).
 * - Wrong: `retry > log` (every attempt would look like a call).
 */
export function logLayer(options: { readonly source: string; readonly logger: Logger; readonly clock: Clock }): Layer {
  const { source, logger, clock } = options;
  return {
    name: 'log',
    wrap: (inner) =>
      aroundCalls(inner, async (call, run) => {
        const startedMs = clock.now();
        const fields = (): Record<string, unknown> => ({
          source,
          ...(call.ref === undefined ? {} : { ref: formatRef(source, call.ref) }),
          durationMs: clock.now() - startedMs,
        });
        try {
          const value = await run(call.signal);
          if (logger.isEnabled?.('debug') !== false) logger.log('debug', `source.${call.name}`, fields());
          return value;
        } catch (error) {
          const { kind, status } = toFileSourceError(error);
          logger.log(call.name === 'list-ahead' ? 'debug' : 'warn', `source.${call.name}.failed`, { ...fields(), kind, status });
          throw error;
        }
      }),
  };
}
