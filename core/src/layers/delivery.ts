import { inContext, type ErrorContext } from '../errors/error-context.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { formatRef } from '../ref.ts';
import { DeliveredBody } from '../streams/delivered-body.ts';
import { overlay, type Layer } from './layer.ts';

/**
 * Makes every body arrive whole or fail by name: see {@link DeliveredBody}.
 * - Outside of `emulate-range` and `retry`: the rest of a broken body is opened through both.
 */
export function deliveryLayer(options: {
  readonly context: ErrorContext;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly idleTimeoutMs: number;
}): Layer {
  const { context, clock, logger, idleTimeoutMs } = options;
  return {
    name: 'delivery',
    wrap: (inner) =>
      overlay(inner, {
        open: async (file, openOptions) => {
          const { signal } = openOptions;
          const content = await inner.open(file, openOptions);
          const body = new DeliveredBody(content, {
            clock,
            idleTimeoutMs,
            maxFruitlessResumes: 3,
            ...(signal === undefined ? {} : { signal }),
            reopen: (offset, length) =>
              inner.open(file, { range: { offset, ...(length === undefined ? {} : { length }) }, ...(signal === undefined ? {} : { signal }) }),
            locate: (error) => inContext(error, context, 'open', file),
            onResume: (error, receivedBytes) =>
              logger.log('info', 'source.resume', { source: context.source, ref: formatRef(context.source, file), kind: error.kind, receivedBytes }),
          });
          return { ...content, body };
        },
      }),
  };
}
