import { FileSourceError } from '../errors/file-source-error.ts';
import { abortError, throwIfAborted } from '../errors/to-file-source-error.ts';
import type { Clock } from '../ports/clock.ts';
import { after } from '../time/after.ts';

/** So much in each second, shared by whoever holds it; first come, first served. */
export interface RateLimiter {
  /** Most that can be taken at once: a tenth of a second's worth, at least 1. */
  readonly burst: number;
  /** Resolves when `amount` (at most `burst`) may be used; rejects as soon as the signal fires, and then nothing is used. */
  take(amount: number, signal?: AbortSignal): Promise<void>;
}

/**
 * A token bucket: over any time, no more than `perSecond` for each second of it, and one `burst`.
 * - Throws `invalid-argument` for what is no number above 0; for no limit have no limiter.
 * - Holds at most one timer, and none while nobody waits. A clock that jumps gives no more than a burst, and stops nobody.
 */
export function createRateLimiter(options: { readonly clock: Clock; readonly perSecond: number }): RateLimiter {
  const { clock, perSecond } = options;
  if (!Number.isFinite(perSecond) || perSecond <= 0) throw new FileSourceError('invalid-argument', `a rate is a number above 0, not ${String(perSecond)}`, { advice: 'Leave the limiter out for no limit.' });
  return new TokenBucket(clock, perSecond);
}

interface Waiter {
  readonly amount: number;
  readonly start: () => void;
}

class TokenBucket implements RateLimiter {
  readonly burst: number;
  readonly #clock: Clock;
  readonly #perMs: number;
  readonly #queue: Waiter[] = [];
  #tokens: number;
  #atMs: number;
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perMs = perSecond / 1000;
    this.burst = Math.max(1, Math.floor(perSecond / 10));
    this.#tokens = this.burst;
    this.#atMs = clock.now();
  }

  async take(amount: number, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    this.#refill();
    if (this.#queue.length === 0 && this.#tokens >= amount) {
      this.#tokens -= amount;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.#queue.splice(this.#queue.indexOf(waiter), 1);
        this.#serve();
        if (signal !== undefined) reject(abortError(signal));
      };
      const waiter: Waiter = {
        amount: Math.min(amount, this.burst),
        start: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(waiter);
      if (this.#queue.length === 1) this.#serve();
    });
  }

  #refill(): void {
    const nowMs = this.#clock.now();
    this.#tokens = Math.min(this.burst, this.#tokens + Math.max(0, nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
  }

  #serve(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#refill();
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (this.#tokens < next.amount) {
        const waitMs = Math.max(1, Math.ceil((next.amount - this.#tokens) / this.#perMs));
        this.#cancelTimer = after(this.#clock, waitMs, () => this.#serve());
        return;
      }
      this.#tokens -= next.amount;
      this.#queue.shift();
      next.start();
    }
  }
}
