import { createLimiter, FileSourceError, shareTimers, throwIfAborted, toFileSourceError, withTimeout, type Clock, type Limiter } from '@filesource/core';
import { AnswerTimes } from './answer-times.ts';
import { Waiter } from './batch-waiter.ts';

/** What became of one job of a batch; `alone` asks for it to be sent once more by itself, because the answer left its fate open. */
export type Outcome<Value> =
  | { readonly status: 'done'; readonly value: Value }
  | { readonly status: 'failed'; readonly error: FileSourceError }
  | { readonly status: 'alone' };

export interface BatcherOptions<Job, Value> {
  readonly clock: Clock;
  /** One request. Throws what every job of it fails with. */
  readonly send: (jobs: readonly Job[], signal: AbortSignal) => Promise<readonly Outcome<Value>[]>;
  readonly maxJobs: number;
  readonly maxRequests: number;
  /** What the jobs of one request may weigh together; one job may weigh more, and is sent by itself. Default: no bound. */
  readonly maxWeight?: number;
  /** Jobs that weigh several times this are spread over the requests that are free, rather than to wait for one answer. Default: they are not. */
  readonly worthWeight?: number;
  readonly weightOf?: (job: Job) => number;
  /** How long jobs that do not fill a request wait for others while a request is on its way; default 0. */
  readonly lingerMs?: number;
  /** True when an error of a whole request may be the fault of one of its jobs: then each is sent by itself. */
  readonly isSeparable: (error: FileSourceError) => boolean;
}

/** Turns without a new job after which a batch is complete: calls made together get here through different numbers of promises. */
const quietTurns = 24;
/** A request that stalls is asked for again in so many smaller ones. */
const hedgeParts = 4;
const maxHedges = 2;

/**
 * Gathers jobs into few requests: those of one tick, and those that come while all requests are taken.
 * - A caller that aborts leaves; the request goes on for the others and is aborted when the last one has gone.
 * - A request that takes much longer than others did is asked for once more, in smaller ones, at most two of these at once. The first
 *   answer counts, and a request whose jobs are all answered is aborted.
 */
export class Batcher<Job, Value> {
  readonly #options: BatcherOptions<Job, Value>;
  readonly #hedging: Limiter = createLimiter(maxHedges);
  readonly #times = new AnswerTimes();
  readonly #running = new Set<AbortController>();
  #taken = 0;
  #queue: Waiter<Job, Value>[] = [];
  #arrivals = 0;
  #isGathering = false;
  #lingering: AbortController | undefined;

  constructor(options: BatcherOptions<Job, Value>) {
    this.#options = options;
  }

  async call(job: Job, signal: AbortSignal | undefined): Promise<Value> {
    throwIfAborted(signal);
    const waiter = new Waiter<Job, Value>(job, this.#options.weightOf?.(job) ?? 0, signal);
    this.#enqueue(waiter);
    return waiter.answer;
  }

  close(): void {
    const closed = new FileSourceError('aborted', 'the source was closed');
    this.#lingering?.abort(closed);
    for (const controller of this.#running) controller.abort(closed);
    for (const waiter of this.#queue.splice(0)) waiter.reject(closed);
  }

  #enqueue(waiter: Waiter<Job, Value>): void {
    waiter.queue();
    this.#queue.push(waiter);
    this.#arrivals += 1;
    if (!this.#isGathering) void this.#gather();
  }

  async #gather(): Promise<void> {
    this.#isGathering = true;
    let seen: number;
    do {
      seen = this.#arrivals;
      for (let turn = 0; turn < quietTurns; turn += 1) await Promise.resolve();
    } while (seen !== this.#arrivals);
    this.#isGathering = false;
    this.#startRequests();
  }

  #startRequests(hasLingered = false): void {
    while (this.#taken < this.#options.maxRequests) {
      const batch = this.#nextBatch(hasLingered);
      if (batch === undefined) return;
      void this.#run(batch);
    }
  }

  #nextBatch(hasLingered: boolean): readonly Waiter<Job, Value>[] | undefined {
    this.#queue = this.#queue.filter((waiter) => !waiter.isSettled);
    const [first] = this.#queue;
    if (first === undefined) return undefined;
    const { count, weight } = first.isAlone ? { count: 1, weight: first.weight } : this.#sizeOfNext();
    const { maxJobs, worthWeight = Number.POSITIVE_INFINITY } = this.#options;
    const isFull = first.isAlone || count < this.#queue.length || count === maxJobs || weight >= worthWeight;
    if (!isFull && !hasLingered && this.#taken > 0 && this.#linger()) return undefined;
    return this.#queue.splice(0, count);
  }

  #sizeOfNext(): { readonly count: number; readonly weight: number } {
    const { maxJobs, maxWeight = Number.POSITIVE_INFINITY } = this.#options;
    const share = this.#shareOfEach();
    let [count, weight] = [0, 0];
    for (const waiter of this.#queue) {
      const isTooMuch = waiter.isAlone || count === maxJobs || weight >= share || weight + waiter.weight > maxWeight;
      if (count > 0 && isTooMuch) break;
      count += 1;
      weight += waiter.weight;
    }
    return { count, weight };
  }

  /** What a request has to weigh so that each of those that are free gets as much. */
  #shareOfEach(): number {
    const { maxRequests, worthWeight } = this.#options;
    if (worthWeight === undefined) return Number.POSITIVE_INFINITY;
    const waiting = this.#queue.reduce((sum, { weight }) => sum + weight, 0);
    return waiting / Math.max(1, Math.min(maxRequests - this.#taken, Math.floor(waiting / worthWeight)));
  }

  /** Waits for more jobs, not longer than until no request is on its way. */
  #linger(): boolean {
    const { lingerMs = 0, clock } = this.#options;
    if (lingerMs === 0) return false;
    if (this.#lingering !== undefined) return true;
    const lingering = new AbortController();
    this.#lingering = lingering;
    clock.sleep(lingerMs, lingering.signal).then(
      () => {
        this.#lingering = undefined;
        this.#startRequests(true);
      },
      () => undefined,
    );
    return true;
  }

  async #run(waiters: readonly Waiter<Job, Value>[]): Promise<void> {
    this.#lingering?.abort();
    this.#lingering = undefined;
    this.#taken += 1;
    for (const waiter of waiters) waiter.sent();
    try {
      await this.#request(waiters, (stalled) => this.#hedge(stalled));
    } finally {
      this.#taken -= 1;
      this.#startRequests();
    }
  }

  #hedge(waiters: readonly Waiter<Job, Value>[]): void {
    const stalled = waiters.filter((waiter) => !waiter.isSettled && !waiter.isHedged);
    const each = Math.ceil(stalled.length / hedgeParts);
    for (const waiter of stalled) waiter.isHedged = true;
    for (let start = 0; start < stalled.length; start += each) {
      const part = stalled.slice(start, start + each);
      void this.#hedging(async () => {
        const live = part.filter((waiter) => !waiter.isSettled);
        if (live.length > 0) await this.#request(live);
      });
    }
  }

  async #request(waiters: readonly Waiter<Job, Value>[], onStall?: (waiters: readonly Waiter<Job, Value>[]) => void): Promise<void> {
    const controller = new AbortController();
    this.#running.add(controller);
    const leave = (): void => {
      if (waiters.every(({ isSettled }) => isSettled)) controller.abort(new FileSourceError('aborted', 'nobody waits for the answer any more'));
    };
    for (const waiter of waiters) waiter.onWay.add(leave);
    const end = (): void => {
      this.#running.delete(controller);
      for (const waiter of waiters) waiter.onWay.delete(leave);
    };
    const { clock, isSeparable } = this.#options;
    const startedMs = clock.now();
    try {
      const outcomes = await this.#send(waiters, controller.signal, onStall);
      if (onStall !== undefined) this.#times.add(clock.now() - startedMs);
      end();
      for (const [index, waiter] of waiters.entries()) this.#answered(waiter, outcomes[index] ?? { status: 'alone' }, waiters.length === 1);
    } catch (thrown) {
      end();
      const error = toFileSourceError(thrown);
      for (const waiter of waiters) this.#failed(waiter, error, waiters.length > 1 && isSeparable(error));
    }
  }

  /** The time until a request counts as stalled stands still where those of its callers do. */
  async #send(waiters: readonly Waiter<Job, Value>[], signal: AbortSignal, onStall?: (waiters: readonly Waiter<Job, Value>[]) => void): Promise<readonly Outcome<Value>[]> {
    const { clock, send } = this.#options;
    const signals = waiters.map((waiter) => waiter.signal);
    const jobs = waiters.map((waiter) => waiter.job);
    if (onStall === undefined) {
      shareTimers(signal, signals);
      return send(jobs, signal);
    }
    let isOver = false;
    return new Promise((resolve, reject) => {
      const watched = withTimeout(clock, this.#times.stallMs(), undefined, (stall) => {
        shareTimers(signal, [...signals, stall]);
        const answer = send(jobs, signal).finally(() => (isOver = true));
        answer.then(resolve, reject);
        return answer;
      });
      watched.catch(() => {
        if (!isOver) onStall(waiters);
      });
    });
  }

  #answered(waiter: Waiter<Job, Value>, outcome: Outcome<Value>, wasAlone: boolean): void {
    if (waiter.isSettled) return;
    if (outcome.status === 'done') waiter.resolve(outcome.value);
    else if (outcome.status === 'failed') waiter.reject(outcome.error);
    else this.#failed(waiter, new FileSourceError('vendor-protocol', 'the vendor left out the result of the call', { status: 'temporary' }), !wasAlone);
  }

  /** Whether this is the end for a job: not while another request may still answer it. */
  #failed(waiter: Waiter<Job, Value>, error: FileSourceError, isSeparable: boolean): void {
    if (waiter.isSettled || waiter.onWay.size > 0) return;
    if (!isSeparable) {
      waiter.reject(error);
      return;
    }
    waiter.isAlone = true;
    this.#enqueue(waiter);
  }
}
