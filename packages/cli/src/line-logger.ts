import type { Logger, LogLevel } from '@filesource/core';
import { jsonLine } from './render/safe-text.ts';

export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** One JSON object a line, from `level` on. What it gets is redacted already. */
export function createLineLogger(write: (line: string) => void, level: LogLevel, now: () => Date = () => new Date()): Logger {
  const least = logLevels.indexOf(level);
  return {
    log: (eventLevel, event, fields = {}) => {
      if (logLevels.indexOf(eventLevel) >= least) write(jsonLine({ time: now().toISOString(), level: eventLevel, event, ...fields }));
    },
  };
}
