import { FileSourceError } from '../errors/file-source-error.ts';
import { toFileSourceError } from '../errors/to-file-source-error.ts';
import type { Clock } from '../ports/clock.ts';
import { awaitUnder } from '../time/await-under.ts';
import type { Observation, Operation, WaitOptions } from './operation.ts';
import { defaultPollLimits, earlyPollDelayMs, nextPollDelayMs, type PollLimits } from './poll-schedule.ts';
import type { Progress } from './progress.ts';

/** What an adapter gives: how to look at the job and how to stop it. The loop, the waiting and the schedule are core's. */
export interface PolledOperationSpec<T> {
  /** One look. Throws a temporary error to be asked again, a permanent one to fail the operation. */
  readonly poll: (signal: AbortSignal) => Promise<Observation<T>>;
  readonly cancel: (signal: AbortSignal | undefined) => Promise<void>;
  readonly clock: Clock;
  /** The vendor's id of the job, asked for whenever somebody wants it; default: none. */
  readonly token?: () => string | null;
  readonly limits?: PollLimits;
  /** What starting the job already showed. */
  readonly first?: Observation<T>;
  /** Looks in a row that may fail with a temporary error; default 5. */
  readonly maxFailedPolls?: number;
}

export function createPolledOperation<T>(spec: PolledOperationSpec<T>): Operation<T> {
  return new PolledOperation(spec);
}

const longestHintMs = 600_000;

type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: FileSourceError };

class PolledOperation<T> implements Operation<T> {
  readonly #spec: PolledOperationSpec<T>;
  readonly #startedMs: number;
  readonly #watchers = new Set<(progress: Progress) => void>();
  #progress: Progress = { status: 'running', percent: null, processed: null, elapsedMs: 0 };
  #percentSinceMs = 0;
  #polls = 0;
  #waiters = 0;
  #stopLoop: AbortController | undefined;
  #settle!: (outcome: Outcome<T>) => void;
  readonly #outcome: Promise<Outcome<T>>;
  #ended = false;
  #isCancelling = false;

  constructor(spec: PolledOperationSpec<T>) {
    this.#spec = spec;
    this.#startedMs = spec.clock.now();
    this.#outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
    if (spec.first !== undefined) this.#observe(spec.first);
  }

  get progress(): Progress {
    return this.#progress;
  }

  get token(): string | null {
    return this.#spec.token?.() ?? null;
  }

  async *watch(options: WaitOptions = {}): AsyncGenerator<Progress, void, undefined> {
    const queue: Progress[] = [this.#progress];
    let wake: (() => void) | undefined;
    const onChange = (progress: Progress): void => {
      queue.splice(0, queue.length, progress);
      wake?.();
    };
    this.#watchers.add(onChange);
    // Who looks away waits no more.
    const over = new AbortController();
    const signal = options.signal === undefined ? over.signal : AbortSignal.any([options.signal, over.signal]);
    const ending = this.result({ ...options, signal }).then(
      () => undefined,
      (error: unknown) => toFileSourceError(error),
    );
    let ended = false;
    let failure: FileSourceError | undefined;
    void ending.then((error) => {
      ended = true;
      failure = error;
      wake?.();
    });
    try {
      for (;;) {
        const next = queue.shift();
        if (next !== undefined) yield next;
        else if (ended) {
          if (failure !== undefined) throw failure;
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      this.#watchers.delete(onChange);
      over.abort();
    }
  }

  async result(options: WaitOptions = {}): Promise<T> {
    this.#waiters += 1;
    try {
      this.#startLoop();
      const outcome = await awaitUnder(this.#outcome, {
        clock: this.#spec.clock,
        ...options,
        onTimeout: () =>
          new FileSourceError('timeout', `the operation did not end within ${options.timeoutMs} ms: ${this.#seen()}`, {
            advice: 'It goes on at the vendor; wait again, or cancel it.',
            status: 'permanent',
          }),
      });
      if (!outcome.ok) throw outcome.error;
      return outcome.value;
    } finally {
      this.#waiters -= 1;
      if (this.#waiters === 0) this.#stopLoop?.abort();
    }
  }

  async cancel(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (this.#ended) return;
    this.#isCancelling = true;
    try {
      await this.#spec.cancel(options.signal);
      this.#endCancelled();
    } finally {
      this.#isCancelling = false;
    }
  }

  #endCancelled(): void {
    this.#end('cancelled', { ok: false, error: new FileSourceError('aborted', 'the operation was cancelled') });
  }

  #startLoop(): void {
    if (this.#ended || (this.#stopLoop !== undefined && !this.#stopLoop.signal.aborted)) return;
    const stop = new AbortController();
    this.#stopLoop = stop;
    void this.#loop(stop.signal);
  }

  async #loop(signal: AbortSignal): Promise<void> {
    let failedPolls = 0;
    // Whoever starts to wait gets a look at once, however long nobody did.
    let hintMs: number | undefined = this.#polls === 0 ? earlyPollDelayMs(0, this.#limits) : this.#limits.minDelayMs;
    while (!this.#ended) {
      try {
        await this.#spec.clock.sleep(hintMs ?? this.#delayMs(), signal);
        this.#polls += 1;
        const seen = await this.#spec.poll(signal);
        if (signal.aborted && seen.status === 'running') return;
        failedPolls = 0;
        hintMs = seen.status === 'running' ? heeded(seen.retryAfterMs) : undefined;
        this.#observe(seen);
      } catch (thrown) {
        if (signal.aborted) return;
        const error = toFileSourceError(thrown);
        failedPolls += 1;
        if (error.status !== 'temporary' || failedPolls > (this.#spec.maxFailedPolls ?? 5)) {
          this.#end('failed', { ok: false, error: error.status === 'temporary' ? error.with({ status: 'persistent' }, true) : error });
          return;
        }
        hintMs = heeded(error.retryAfterMs) ?? this.#delayMs() * 2 ** failedPolls;
      }
    }
  }

  #delayMs(): number {
    const elapsedMs = this.#elapsedMs();
    if (this.#polls === 1 && elapsedMs < this.#limits.minDelayMs) return earlyPollDelayMs(1, this.#limits);
    return nextPollDelayMs({ elapsedMs, percent: this.#progress.percent, percentSinceMs: this.#percentSinceMs }, this.#limits);
  }

  #observe(seen: Observation<T>): void {
    if (this.#ended) return;
    if (seen.status === 'succeeded') {
      this.#end('succeeded', { ok: true, value: seen.result });
      return;
    }
    if (seen.status === 'failed') {
      // A vendor tells of the end that it was asked for as of a failure, and may do so before it answers who asked.
      if (this.#isCancelling) this.#endCancelled();
      else this.#end('failed', { ok: false, error: seen.error });
      return;
    }
    const percent = highest(this.#progress.percent, seen.percent ?? null);
    if (percent !== this.#progress.percent) this.#percentSinceMs = this.#elapsedMs();
    this.#change({ status: 'running', percent, processed: highest(this.#progress.processed, seen.processed ?? null), elapsedMs: this.#elapsedMs() });
  }

  #end(status: 'succeeded' | 'failed' | 'cancelled', outcome: Outcome<T>): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#settle(outcome);
    this.#change({ ...this.#progress, status, percent: status === 'succeeded' ? 100 : this.#progress.percent, elapsedMs: this.#elapsedMs() });
    this.#stopLoop?.abort();
  }

  #change(progress: Progress): void {
    const before = this.#progress;
    this.#progress = progress;
    if (before.status === progress.status && before.percent === progress.percent && before.processed === progress.processed) return;
    for (const watcher of this.#watchers) watcher(progress);
  }

  get #limits(): PollLimits {
    return this.#spec.limits ?? defaultPollLimits;
  }

  #elapsedMs(): number {
    return Math.max(0, this.#spec.clock.now() - this.#startedMs);
  }

  #seen(): string {
    const { percent } = this.#progress;
    return `${this.#polls} looks, last seen ${percent === null ? 'without progress' : `at ${percent} %`}`;
  }
}

/** A vendor's wish for the next look; one that comes close to for ever is cut, since waiting may have no other end. */
function heeded(retryAfterMs: number | undefined): number | undefined {
  return retryAfterMs === undefined ? undefined : Math.min(retryAfterMs, longestHintMs);
}

function highest(before: number | null, now: number | null): number | null {
  if (before === null || now === null) return now ?? before;
  return Math.max(before, now);
}

