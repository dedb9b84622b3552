import type { FileSourceError } from '../errors/file-source-error.ts';
import { abortError, throwIfAborted } from '../errors/to-file-source-error.ts';
import type { Clock } from '../ports/clock.ts';

export interface AwaitUnderOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly onTimeout: () => FileSourceError;
}

/** Waits for a promise no longer than a signal and a time-out allow; the promise itself goes on. Leaves no timer and no listener. */
export async function awaitUnder<T>(promise: Promise<T>, options: AwaitUnderOptions): Promise<T> {
  const { signal, timeoutMs, clock } = options;
  // Whoever stops waiting must not leave a rejection that nobody hears.
  promise.catch(() => undefined);
  throwIfAborted(signal);
  const done = new AbortController();
  const ends: Promise<never>[] = [];
  if (signal !== undefined) {
    ends.push(
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(abortError(signal)), { once: true, signal: done.signal });
      }),
    );
  }
  if (timeoutMs !== undefined && Number.isFinite(timeoutMs)) {
    ends.push(
      clock.sleep(timeoutMs, done.signal).then(
        () => {
          throw options.onTimeout();
        },
        () => new Promise<never>(() => undefined),
      ),
    );
  }
  try {
    return await Promise.race([promise, ...ends]);
  } finally {
    done.abort();
  }
}
