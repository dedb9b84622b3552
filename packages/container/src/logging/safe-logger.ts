import type { Logger, Redactor } from '@filesource/core';
import { telemetryLogger } from '@filesource/telemetry';
import type { TelemetrySetting } from '../build-sources.ts';
import { redactingLogger } from './redacting-logger.ts';
import { unfailingLogger } from './unfailing-logger.ts';

/** What everything of ours logs to: a logger behind the redactor, which the running span hears too. */
export function safeLogger(logger: Logger, redactor: Redactor, telemetry: TelemetrySetting | undefined): Logger {
  const own = unfailingLogger(logger);
  return redactingLogger(telemetry === false ? own : telemetryLogger(own), redactor);
}
