import type { Logger } from '@filesource/core';

/** A logger of a host whose failures, at once or later, lose its event and nothing else: not the call that it is about, and not the process. */
export function unfailingLogger(logger: Logger): Logger {
  return {
    isEnabled(level) {
      try {
        return logger.isEnabled?.(level) !== false;
      } catch {
        return true;
      }
    },
    log(level, event, fields) {
      try {
        // A function that gives a promise may stand where none is expected.
        const told: unknown = fields === undefined ? logger.log(level, event) : logger.log(level, event, fields);
        if (told instanceof Promise) told.catch(() => undefined);
      } catch {
        // There is nobody to tell.
      }
    },
  };
}
