import { FileSourceError } from '../errors/file-source-error.ts';
import type { Clock } from '../ports/clock.ts';
import { awaitUnder } from './await-under.ts';

/**
 * Runs one attempt with a signal that fires at the caller's abort and at the time-out.
 * - Throws `timeout` (temporary: another attempt may be quicker).
 */
export async function withTimeout<T>(
  clock: Clock,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const merged = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const timedOut = (): FileSourceError => {
    const error = new FileSourceError('timeout', `no answer within ${timeoutMs} ms`, { advice: 'Try again later, or raise timeoutMs of the source.' });
    stop.abort(error);
    return error;
  };
  return awaitUnder(attempt(merged), { clock, timeoutMs, onTimeout: timedOut, ...(signal === undefined ? {} : { signal }) });
}
