import { FileSourceError, type Logger, type LogLevel, type Redactor } from '@filesource/core';

const deepest = 6;

/** A logger through which no credential and no signed link passes, however deep in the fields. */
export function redactingLogger(logger: Logger, redactor: Redactor): Logger {
  const isEnabled = (level: LogLevel): boolean => logger.isEnabled?.(level) !== false;
  return {
    isEnabled,
    log(level, event, fields) {
      if (!isEnabled(level)) return;
      if (fields === undefined) logger.log(level, redactor.redact(event));
      else logger.log(level, redactor.redact(event), redactFields(fields, redactor));
    },
  };
}

/** Fields as plain data with every text in them redacted; errors become their safe form. */
export function redactFields(fields: Readonly<Record<string, unknown>>, redactor: Redactor): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, redactValue(value, redactor, 1)]));
}

function redactValue(value: unknown, redactor: Redactor, depth: number): unknown {
  if (typeof value === 'string') return redactor.redact(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return '[…]';
  if (FileSourceError.is(value)) return redactFieldsAt(value.toJSON(), redactor, depth);
  if (value instanceof Error) return { name: value.name, message: redactor.redact(value.message) };
  if (value instanceof URL) return redactor.redact(value.href);
  if (value instanceof Date) return value;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redactor, depth + 1));
  if ('toJSON' in value && typeof value.toJSON === 'function') return redactValue((value.toJSON as () => unknown)(), redactor, depth + 1);
  return redactFieldsAt(value, redactor, depth);
}

function redactFieldsAt(value: object, redactor: Redactor, depth: number): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redactValue(inner, redactor, depth + 1)]));
}
