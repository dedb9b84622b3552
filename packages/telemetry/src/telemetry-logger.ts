import type { Logger } from '@filesource/core';
import { trace, type Attributes } from '@opentelemetry/api';
import { instrumentsNow } from './instruments.ts';

/** What of the log becomes an event of the span that runs, and which of its fields: none that could hold a name or an address. */
const spanEvents: ReadonlyMap<string, readonly string[]> = new Map([
  ['source.retry', ['call', 'kind', 'attempt', 'delayMs']],
  ['source.resume', ['kind', 'receivedBytes']],
  ['source.breaker', ['state', 'kind']],
]);

/**
 * A logger that also tells the running span of retries, continued bodies and the circuit breaker.
 * - Under the redacting logger, so that it gets what was redacted.
 */
export function telemetryLogger(logger: Logger): Logger {
  return {
    // None of the span events is as low as debug.
    isEnabled: (level) => level !== 'debug' || logger.isEnabled?.(level) !== false,
    log(level, event, fields) {
      logger.log(level, event, fields);
      const names = spanEvents.get(event);
      if (names === undefined) return;
      const attributes: Attributes = {};
      for (const name of names) {
        const value = fields?.[name];
        if (typeof value === 'string' || typeof value === 'number') attributes[`filesource.${name}`] = value;
      }
      trace.getActiveSpan()?.addEvent(event, attributes);
      if (event === 'source.breaker') instrumentsNow()?.breakerChanges.add(1, { 'filesource.source': String(fields?.['source']), 'filesource.state': String(fields?.['state']) });
    },
  };
}
