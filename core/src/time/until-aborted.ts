import { abortError, throwIfAborted } from '../errors/to-file-source-error.ts';

/** Waits for work that others share: a signal ends the wait and not the work. Leaves no listener. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  // Whoever stops waiting must not leave a rejection that nobody hears.
  work.catch(() => undefined);
  if (signal === undefined) return work;
  throwIfAborted(signal);
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(abortError(signal));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
