import { abortError, FileSourceError, waitUntimed } from '@filesource/core';

/** One caller of a batcher: settled once, by whichever request answers first. */
export class Waiter<Job, Value> {
  readonly job: Job;
  readonly weight: number;
  readonly signal: AbortSignal | undefined;
  readonly answer: Promise<Value>;
  /** Requests on their way that hold this job, by what tells them that it needs no answer any more. */
  readonly onWay = new Set<() => void>();
  isSettled = false;
  /** Asked for a second time, since the first request stalled. */
  isHedged = false;
  /** Has to be sent by itself. */
  isAlone = false;
  #resolve: (value: Value) => void = () => undefined;
  #reject: (error: FileSourceError) => void = () => undefined;
  #endQueueing: () => void = () => undefined;
  /** Made here and not in the constructor: V8 puts a function that is assigned to a property among the old objects, and all it leads to stays. */
  readonly #onAbort = (): void => this.reject(this.signal === undefined ? new FileSourceError('aborted', 'the call was aborted') : abortError(this.signal));

  constructor(job: Job, weight: number, signal: AbortSignal | undefined) {
    this.job = job;
    this.weight = weight;
    this.signal = signal;
    this.answer = new Promise<Value>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** From here until the job is sent the time-out of the caller stands still: waiting for a place is not the vendor's slowness. */
  queue(): void {
    const queueing = new Promise<void>((resolve) => (this.#endQueueing = resolve));
    void waitUntimed(this.signal, () => queueing);
  }

  sent(): void {
    this.#endQueueing();
  }

  resolve(value: Value): void {
    this.#settle();
    this.#resolve(value);
  }

  reject(error: FileSourceError): void {
    this.#settle();
    this.#reject(error);
  }

  #settle(): void {
    this.isSettled = true;
    this.#endQueueing();
    this.signal?.removeEventListener('abort', this.#onAbort);
    for (const leave of this.onWay) leave();
  }
}
