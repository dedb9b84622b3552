import { abortError, errorUnder, throwIfAborted } from '../errors/to-file-source-error.ts';
import type { Clock } from '../ports/clock.ts';
import { listenForAbort, stopListeningForAbort } from './abort-listeners.ts';

/** Sleeps until the time is over or one of the signals fires, and then throws as {@link abortError} says. Leaves no timer and no listener. */
export async function sleepUnder(clock: Clock, ms: number, signals: readonly AbortSignal[]): Promise<void> {
  signals.forEach(throwIfAborted);
  const sleeping = new AbortController();
  const listening = signals.map((signal) => {
    const wake = (): void => sleeping.abort(abortError(signal));
    listenForAbort(signal, wake);
    return () => stopListeningForAbort(signal, wake);
  });
  try {
    await clock.sleep(ms, sleeping.signal);
  } catch (thrown) {
    throw errorUnder(sleeping.signal, thrown);
  } finally {
    for (const stop of listening) stop();
  }
}
