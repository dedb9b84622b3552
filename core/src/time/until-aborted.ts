import { abortError, throwIfAborted } from '../errors/to-file-source-error.ts';

/** Waits for work that others share: a signal ends the wait and not the work. Leaves no listener. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  // Whoever stops waiting must not leave a rejection that nobody hears.
  work.catch(() => undefined);
  if (signal === undefined) return work;
  throwIfAborted(signal);
  const done = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(abortError(signal)), { once: true, signal: done.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    done.abort();
  }
}
