import type { FileSourceError } from '../errors/file-source-error.ts';
import { abortError } from '../errors/to-file-source-error.ts';
import type { Clock } from '../ports/clock.ts';
import { after } from './after.ts';

export interface AwaitUnderOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly onTimeout: () => FileSourceError;
}

/**
 * Waits for a promise no longer than a signal and a time-out allow; the promise itself goes on.
 * - Leaves no timer, no listener, and no rejection that nobody hears.
 */
export function awaitUnder<T>(promise: Promise<T>, options: AwaitUnderOptions): Promise<T> {
  const { signal, timeoutMs, clock } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      promise.catch(() => undefined);
      reject(abortError(signal));
      return;
    }
    const isBounded = timeoutMs !== undefined && Number.isFinite(timeoutMs);
    const cancelTimer = isBounded ? after(clock, timeoutMs, () => fail(options.onTimeout())) : undefined;
    const end = (): void => {
      cancelTimer?.();
      signal?.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown): void => {
      end();
      reject(error);
    };
    const onAbort = (): void => {
      if (signal !== undefined) fail(abortError(signal));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    promise.then((value) => {
      end();
      resolve(value);
    }, fail);
  });
}
