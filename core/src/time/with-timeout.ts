import { FileSourceError } from '../errors/file-source-error.ts';
import { promised } from '../promised.ts';
import { abortError, throwIfAborted } from '../errors/to-file-source-error.ts';
import type { Clock } from '../ports/clock.ts';
import { listenForAbort, stopListeningForAbort } from './abort-listeners.ts';
import { after } from './after.ts';
import type { SpareControllers } from './spare-controllers.ts';

const timersKey = Symbol.for('@filesource/core/timers');

/** The time-out of the attempt that a signal belongs to; of all copies of core, since an adapter may bring its own. */
const timers: WeakMap<AbortSignal, Pausable> = ((globalThis as { [timersKey]?: WeakMap<AbortSignal, Pausable> })[timersKey] ??= new WeakMap());

interface Pausable {
  pause(): void;
  resume(): void;
}

export interface AttemptOptions {
  /** Gets an answer that came when nobody waited for it any more. */
  readonly discard?: (late: unknown) => void;
  /** Where the attempt's controller comes from, and where it goes after an answer that `isFree` says leads to nothing which follows the signal. Default: each has one of its own. */
  readonly controllers?: { readonly spare: SpareControllers; readonly isFree: (answer: unknown) => boolean };
}

/**
 * Runs one attempt with a signal that fires at the caller's abort and at the time-out.
 * - Throws `timeout` (temporary: another attempt may be quicker).
 */
export function withTimeout<T>(
  clock: Clock,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  attempt: (signal: AbortSignal) => Promise<T>,
  { discard, controllers }: AttemptOptions = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    throwIfAborted(signal);
    const spare = controllers?.spare.take();
    const stop = spare ?? new AbortController();
    let isOver = false;
    const end = (): void => {
      isOver = true;
      timer.cancel();
      if (signal !== undefined) stopListeningForAbort(signal, onAbort);
    };
    const fail = (error: FileSourceError, reason: unknown): void => {
      end();
      reject(error);
      stop.abort(reason);
    };
    const onAbort = (): void => {
      if (signal !== undefined) fail(abortError(signal), signal.reason);
    };
    const timer = new AttemptTimer(clock, timeoutMs, () => {
      const error = new FileSourceError('timeout', `no answer within ${timeoutMs} ms`, { advice: 'Try again later, or raise timeoutMs of the source.' });
      fail(error, error);
    });
    timers.set(stop.signal, timer);
    if (signal !== undefined) listenForAbort(signal, onAbort);
    promised(() => attempt(stop.signal)).then(
      (answer) => {
        if (isOver) discard?.(answer);
        else if (spare !== undefined && controllers?.isFree(answer) === true) controllers.spare.giveBack(spare);
        end();
        resolve(answer);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
  });
}

/**
 * Waits for a turn in an adapter's own queue: that time does not count against the time-out of the attempt whose signal this is.
 * - Pass the signal that the adapter was called with; with any other it just waits.
 */
export async function waitUntimed<T>(signal: AbortSignal | undefined, wait: () => Promise<T>): Promise<T> {
  const timer = signal === undefined ? undefined : timers.get(signal);
  timer?.pause();
  try {
    return await wait();
  } finally {
    timer?.resume();
  }
}

/**
 * Makes `signal` stand for the attempts that share one request: whoever waits under it with {@link waitUntimed} waits untimed for each of them.
 * - `attempts` are the signals that the adapter was called with.
 */
export function shareTimers(signal: AbortSignal, attempts: readonly (AbortSignal | undefined)[]): void {
  const shared = attempts.map((attempt) => (attempt === undefined ? undefined : timers.get(attempt))).filter((timer) => timer !== undefined);
  timers.set(signal, {
    pause: () => shared.forEach((timer) => timer.pause()),
    resume: () => shared.forEach((timer) => timer.resume()),
  });
}

class AttemptTimer implements Pausable {
  readonly #clock: Clock;
  #onEnd: () => void;
  #leftMs: number;
  #startedMs = 0;
  #pauses = 0;
  #isOver = false;
  #stop: (() => void) | undefined;

  constructor(clock: Clock, ms: number, onEnd: () => void) {
    this.#clock = clock;
    this.#onEnd = onEnd;
    this.#leftMs = ms;
    this.#start();
  }

  pause(): void {
    this.#pauses += 1;
    if (this.#pauses > 1) return;
    this.#stop?.();
    // Of a clock that jumps, no more than what is left can be lost, and nothing gained.
    const goneMs = Math.min(Math.max(0, this.#clock.now() - this.#startedMs), this.#leftMs);
    this.#leftMs -= goneMs;
  }

  resume(): void {
    this.#pauses -= 1;
    if (this.#pauses === 0 && !this.#isOver) this.#start();
  }

  cancel(): void {
    this.#isOver = true;
    this.#stop?.();
    // What a weak map holds outlives its key for a while, and with it all that it leads to: here the whole answer.
    this.#stop = undefined;
    this.#onEnd = nothing;
  }

  #start(): void {
    this.#startedMs = this.#clock.now();
    this.#stop = after(this.#clock, this.#leftMs, this.#onEnd);
  }
}

function nothing(): void {
  // There is no end to wait for any more.
}
