import type { Limits } from '@filesource/core';

/** Counts the requests that files share which are opened together. */
export class SharedRequests {
  readonly #limits: Limits;
  readonly #inFlight: number;
  #request = { files: 0, bytes: 0 };
  files = 0;
  count = 0;

  /** `inFlight`: files that are open at once. */
  constructor(limits: Limits, inFlight: number) {
    this.#limits = limits;
    this.#inFlight = inFlight;
  }

  add(size: number): void {
    this.files += 1;
    if (this.count > 0 && !this.#isFull(size)) {
      this.#request.files += 1;
      this.#request.bytes += size;
      return;
    }
    this.count += 1;
    this.#request = { files: 1, bytes: size };
  }

  /** How many turns of requests that are on their way together. */
  get rounds(): number {
    if (this.count === 0) return 0;
    const perRequest = this.files / this.count;
    return Math.ceil(this.count / Math.min(Math.max(1, Math.floor(this.#inFlight / perRequest)), this.#mostAtOnce));
  }

  get #mostAtOnce(): number {
    const { maxConcurrency, openBatch = 1 } = this.#limits;
    return Math.max(1, Math.floor(maxConcurrency / openBatch));
  }

  #isFull(more: number): boolean {
    const { openBatch = 1, openBatchBytes = Number.POSITIVE_INFINITY, openBatchSpreadBytes = Number.POSITIVE_INFINITY } = this.#limits;
    const { files, bytes } = this.#request;
    if (files >= Math.min(openBatch, this.#inFlight) || bytes + more > openBatchBytes) return true;
    return bytes >= openBatchSpreadBytes && files >= this.#inFlight / this.#mostAtOnce;
  }
}
