import type { Redactor } from '../redaction.ts';
import { formatRef, type Ref } from '../ref.ts';
import { FileSourceError } from './file-source-error.ts';
import { isErrorLike, toFileSourceError } from './to-file-source-error.ts';

export interface ErrorContext {
  readonly source: string;
  readonly provider: string;
  readonly redactor: Redactor;
}

const deepestCause = 4;

/** The error with the place where it happened, and with every text in it and in its causes redacted. */
export function inContext(thrown: unknown, context: ErrorContext, operation: string, ref: Ref | undefined): FileSourceError {
  const error = toFileSourceError(thrown);
  const located = error.with({
    source: context.source,
    provider: context.provider,
    operation,
    ...(ref === undefined ? {} : { ref: formatRef(context.source, ref) }),
  });
  return located.with(
    {
      message: context.redactor.redact(located.message),
      ...(located.advice === undefined ? {} : { advice: context.redactor.redact(located.advice) }),
      ...(located.vendorCode === undefined ? {} : { vendorCode: context.redactor.redact(located.vendorCode) }),
      ...(located.cause === undefined ? {} : { cause: reduceCause(located.cause, context.redactor, 0) }),
    },
    true,
  );
}

/** A cause without its fields: errors of HTTP clients carry whole requests, credentials included. */
function reduceCause(cause: unknown, redactor: Redactor, depth: number): unknown {
  if (!isErrorLike(cause)) return undefined;
  const inner = depth < deepestCause && cause.cause !== undefined ? reduceCause(cause.cause, redactor, depth + 1) : undefined;
  if (FileSourceError.is(cause)) {
    return new FileSourceError(cause.kind, redactor.redact(cause.message), {
      status: cause.status,
      ...(cause.vendorCode === undefined ? {} : { vendorCode: redactor.redact(cause.vendorCode) }),
      ...(inner === undefined ? {} : { cause: inner }),
    });
  }
  const reduced = new Error(redactor.redact(cause.message), inner === undefined ? undefined : { cause: inner });
  reduced.name = cause.name;
  const { code } = cause as { code?: unknown };
  if (typeof code === 'string') Object.defineProperty(reduced, 'code', { value: code, enumerable: true });
  return reduced;
}
