import { FileSourceError } from './file-source-error.ts';

/** Any thrown value as a {@link FileSourceError}: abort reasons become `aborted` or keep their kind, strangers become `unexpected`. */
export function toFileSourceError(error: unknown): FileSourceError {
  if (FileSourceError.is(error)) return error;
  if (isErrorLike(error)) {
    if (error.name === 'AbortError') return new FileSourceError('aborted', 'the call was aborted', { cause: error });
    if (error.name === 'TimeoutError') return new FileSourceError('timeout', 'the caller\'s time-out ran out', { cause: error, status: 'permanent' });
    return new FileSourceError('unexpected', error.message, { cause: error });
  }
  return new FileSourceError('unexpected', typeof error === 'string' ? error : 'something that is not an error was thrown', { cause: error });
}

/** By shape, since an abort reason or an error of another realm is no instance of this realm's `Error`. */
export function isErrorLike(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string' && 'message' in value && typeof value.message === 'string';
}

/** The error to throw for a signal that fired: its reason where that is an error of ours, `aborted` otherwise. */
export function abortError(signal: AbortSignal): FileSourceError {
  const reason: unknown = signal.reason;
  const error = toFileSourceError(reason);
  if (error.kind !== 'unexpected' || FileSourceError.is(reason)) return error;
  return new FileSourceError('aborted', 'the call was aborted', reason === undefined ? {} : { cause: reason });
}

/** What was thrown by work under a signal: once that has fired, a stranger is its reason, which may be anything and comes from a clock as it is. */
export function errorUnder(signal: AbortSignal | undefined, thrown: unknown): FileSourceError {
  return signal?.aborted === true && !FileSourceError.is(thrown) ? abortError(signal) : toFileSourceError(thrown);
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortError(signal);
}
