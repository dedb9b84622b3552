import { Sema } from 'async-sema';
import { promised } from '../promised.ts';
import { FileSourceError } from '../errors/file-source-error.ts';
import { abortError, throwIfAborted } from '../errors/to-file-source-error.ts';
import { listenForAbort, stopListeningForAbort } from '../time/abort-listeners.ts';
import { aroundCalls, type Call, type Layer } from './layer.ts';

/** A number of calls at once, first come, first served; one limiter is shared by all sources of an account. `concurrency` is what the call itself says of that. */
export type Limiter = <T>(run: () => Promise<T>, concurrency?: number) => Promise<T>;

/** Nobody has so many calls in flight: more than that is no limit. */
const mostCounted = 100_000;

/**
 * A limiter for so many calls at once; `Infinity` is no limit. Throws `invalid-argument` for what is no whole number above 0.
 * - What there is a place for runs at once: most calls never wait, and what a queue costs would be paid for every file.
 * - With fewer `maxCalls`, all calls share so many of the places but those that say a larger `concurrency`: they have so many, each number for itself.
 */
export function createLimiter(maxConcurrency: number, maxCalls = maxConcurrency): Limiter {
  const places = placesFor(maxConcurrency);
  if (maxCalls >= maxConcurrency) return (run) => places(run);
  const calls = placesFor(maxCalls);
  const byNumber = new Map([[maxCalls, calls]]);
  const of = (most: number): Limiter => {
    const known = byNumber.get(most) ?? placesFor(most);
    byNumber.set(most, known);
    return known;
  };
  // Who waits for others of its kind takes no place meanwhile.
  return (run, concurrency = maxCalls) =>
    promised(() => {
      const kind = of(Math.min(concurrency, maxConcurrency));
      return concurrency < maxCalls ? kind(() => calls(() => places(run))) : kind(() => places(run));
    });
}

function placesFor(maxConcurrency: number): Limiter {
  if (maxConcurrency > mostCounted) return promised;
  if (!Number.isInteger(maxConcurrency) || maxConcurrency < 1) throw new FileSourceError('invalid-argument', `calls at once are a whole number above 0, not ${maxConcurrency}`);
  const places = new Sema(maxConcurrency);
  const leave = (): void => places.release();
  const held = <T>(run: () => Promise<T>): Promise<T> => {
    const running = promised(run);
    running.then(leave, leave);
    return running;
  };
  return (run) => (places.tryAcquire() === undefined ? places.acquire().then(() => held(run)) : held(run));
}

/**
 * Bounds the calls in flight; one that is aborted while it queues ends at once.
 * - Right: `retry > limit > timeout`. Waiting between attempts holds no place, and queueing is not the vendor's slowness.
 * - Wrong: `limit > retry` (a call that waits for a `Retry-After` keeps others out), `timeout > limit`.
 */
export function limitLayer(limiter: Limiter): Layer {
  return {
    name: 'limit',
    wrap: (inner) => aroundCalls(inner, (call, run) => (call.signal === undefined ? limiter(() => run(undefined), call.concurrency) : limited(limiter, call, call.signal, () => run(call.signal)))),
  };
}

function limited<T>(limiter: Limiter, { concurrency }: Call, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    throwIfAborted(signal);
    let isQueued = false;
    let hasStarted = false;
    const onAbort = (): void => reject(abortError(signal));
    const start = (): Promise<T> => {
      hasStarted = true;
      if (isQueued) stopListeningForAbort(signal, onAbort);
      throwIfAborted(signal);
      return run();
    };
    limiter(() => promised(start), concurrency).then(resolve, reject);
    if (hasStarted) return;
    isQueued = true;
    listenForAbort(signal, onAbort);
  });
}
