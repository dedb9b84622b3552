import { abortError, createLimiter, FileSourceError, shareTimers, throwIfAborted, toFileSourceError, waitUntimed, type Limiter } from '@filesource/core';

/** What became of one job of a batch; `alone` asks for it to be sent once more by itself, because the answer left its fate open. */
export type Outcome<Value> =
  | { readonly status: 'done'; readonly value: Value }
  | { readonly status: 'failed'; readonly error: FileSourceError }
  | { readonly status: 'alone' };

export interface BatcherOptions<Job, Value> {
  /** One request. Throws what every job of it fails with. */
  readonly send: (jobs: readonly Job[], signal: AbortSignal) => Promise<readonly Outcome<Value>[]>;
  readonly maxJobs: number;
  readonly maxRequests: number;
  /** True when an error of a whole request may be the fault of one of its jobs: then each is sent by itself. */
  readonly isSeparable: (error: FileSourceError) => boolean;
}

interface Waiter<Job, Value> {
  readonly job: Job;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: FileSourceError) => void;
  /** Set while a request is on its way: tells it that this caller has gone. */
  leave: () => void;
  isGone: boolean;
}

/** Turns without a new job after which a batch is complete: calls made together get here through different numbers of promises. */
const quietTurns = 24;

/**
 * Gathers the jobs of one tick into few requests.
 * - A caller that aborts leaves; the request goes on for the others and is aborted when the last one has gone.
 */
export class Batcher<Job, Value> {
  readonly #options: BatcherOptions<Job, Value>;
  readonly #limiter: Limiter;
  readonly #running = new Set<AbortController>();
  #queue: Waiter<Job, Value>[] = [];
  #arrivals = 0;
  #isGathering = false;

  constructor(options: BatcherOptions<Job, Value>) {
    this.#options = options;
    this.#limiter = createLimiter(options.maxRequests);
  }

  async call(job: Job, signal: AbortSignal | undefined): Promise<Value> {
    throwIfAborted(signal);
    let onAbort: () => void = () => undefined;
    try {
      return await new Promise<Value>((resolve, reject) => {
        const waiter: Waiter<Job, Value> = { job, signal, resolve, reject, leave: () => undefined, isGone: false };
        onAbort = () => {
          waiter.isGone = true;
          reject(signal === undefined ? new FileSourceError('aborted', 'the call was aborted') : abortError(signal));
          waiter.leave();
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        this.#queue.push(waiter);
        this.#arrivals += 1;
        if (!this.#isGathering) void this.#gather();
      });
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  close(): void {
    const closed = new FileSourceError('aborted', 'the source was closed');
    for (const controller of this.#running) controller.abort(closed);
    for (const waiter of this.#queue.splice(0)) waiter.reject(closed);
  }

  async #gather(): Promise<void> {
    this.#isGathering = true;
    let seen: number;
    do {
      seen = this.#arrivals;
      for (let turn = 0; turn < quietTurns; turn += 1) await Promise.resolve();
    } while (seen !== this.#arrivals);
    this.#isGathering = false;
    const waiting = this.#queue.filter((waiter) => !waiter.isGone);
    this.#queue = [];
    for (let start = 0; start < waiting.length; start += this.#options.maxJobs) {
      this.#dispatch(waiting.slice(start, start + this.#options.maxJobs));
    }
  }

  /** Waiting for a place is not the vendor's slowness. */
  #dispatch(waiters: readonly Waiter<Job, Value>[]): void {
    let start: () => void = () => undefined;
    const started = new Promise<void>((resolve) => (start = resolve));
    for (const { signal } of waiters) void waitUntimed(signal, () => started);
    void this.#limiter(async () => {
      start();
      const live = waiters.filter((waiter) => !waiter.isGone);
      if (live.length > 0) await this.#request(live);
    });
  }

  async #request(waiters: readonly Waiter<Job, Value>[]): Promise<void> {
    const controller = new AbortController();
    shareTimers(controller.signal, waiters.map(({ signal }) => signal));
    this.#running.add(controller);
    for (const waiter of waiters) {
      waiter.leave = () => {
        if (waiters.every((other) => other.isGone)) controller.abort(new FileSourceError('aborted', 'the call was aborted'));
      };
    }
    try {
      const outcomes = await this.#options.send(waiters.map((waiter) => waiter.job), controller.signal);
      for (const [index, waiter] of waiters.entries()) this.#settle(waiter, outcomes[index] ?? { status: 'alone' }, waiters.length === 1);
    } catch (thrown) {
      const error = toFileSourceError(thrown);
      const isSeparable = waiters.length > 1 && this.#options.isSeparable(error);
      for (const waiter of waiters) this.#settle(waiter, isSeparable ? { status: 'alone' } : { status: 'failed', error }, false);
    } finally {
      this.#running.delete(controller);
    }
  }

  #settle(waiter: Waiter<Job, Value>, outcome: Outcome<Value>, wasAlone: boolean): void {
    if (outcome.status === 'done') waiter.resolve(outcome.value);
    else if (outcome.status === 'failed') waiter.reject(outcome.error);
    else if (wasAlone) waiter.reject(new FileSourceError('vendor-protocol', 'the vendor left out the result of the call', { status: 'temporary' }));
    else this.#dispatch([waiter]);
  }
}
