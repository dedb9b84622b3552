import { FileSourceError, throwIfAborted, untilAborted, type Clock } from '@filesource/core';

/** Runs a call that no layer bounds: those of a job that goes on after its caller got an answer. */
export async function withinTime<T>(clock: Clock, timeoutMs: number, run: (signal: AbortSignal) => Promise<T>, outer?: AbortSignal): Promise<T> {
  throwIfAborted(outer);
  const late = new AbortController();
  const done = new AbortController();
  const timer = clock.sleep(timeoutMs, done.signal).then(
    () => {
      const error = new FileSourceError('timeout', `no answer within ${timeoutMs} ms`, { advice: 'Try again later, or raise timeoutMs of the source.' });
      late.abort(error);
      throw error;
    },
    () => new Promise<never>(() => undefined),
  );
  const work = run(outer === undefined ? late.signal : AbortSignal.any([outer, late.signal]));
  try {
    return await untilAborted(Promise.race([work, timer]), outer);
  } finally {
    done.abort();
  }
}
