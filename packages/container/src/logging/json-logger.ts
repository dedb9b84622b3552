import { Redactor, type Clock, type Logger, type LogLevel } from '@filesource/core';
import { systemClock } from '../ports/system-clock.ts';
import { redactFields } from './redacting-logger.ts';

export interface JsonLoggerOptions {
  /** The least level that is written; default `info`. */
  readonly level?: LogLevel;
  readonly clock?: Clock;
  /** Knows the credentials of a config; without one, only what looks like a credential or a signed link is removed. */
  readonly redactor?: Redactor;
}

const ranks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** A logger that writes one line of JSON for each event: `time`, `level`, `event`, then the fields. */
export function createJsonLogger(write: (line: string) => void, options: JsonLoggerOptions = {}): Logger {
  const { level: least = 'info', clock = systemClock, redactor = new Redactor() } = options;
  return {
    isEnabled: (level) => ranks[level] >= ranks[least],
    log(level, event, fields = {}) {
      if (ranks[level] < ranks[least]) return;
      const time = new Date(clock.now()).toISOString();
      const head = { time, level, event: redactor.redact(event) };
      write(`${JSON.stringify({ ...head, ...redactFields(fields, redactor), ...head })}\n`);
    },
  };
}
