import type { Clock } from '../ports/clock.ts';

/** One for all: an error is costly to make, and nobody reads this one. */
const cancelled = new Error('cancelled');

/** Runs a function once after `ms` milliseconds, unless the function it returns is called before; that may be called at any time. */
export function after(clock: Clock, ms: number, run: () => void): () => void {
  if (clock.schedule !== undefined) return clock.schedule(ms, run);
  const stop = new AbortController();
  clock.sleep(ms, stop.signal).then(run, () => undefined);
  return () => stop.abort(cancelled);
}
