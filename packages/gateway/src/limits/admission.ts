import { abortError } from '@filesource/core';
import { Refusal } from '../problem/refusal.ts';

export interface AdmissionLimits {
  readonly maxConcurrentRequests: number;
  readonly maxConcurrentRequestsPerToken: number;
  readonly maxQueuedRequests: number;
  readonly maxQueueMs: number;
}

interface Waiter {
  readonly token: string;
  readonly admit: () => void;
}

/**
 * Places for requests: so many at once in all and for each token, a queue that ends somewhere, and `overloaded` behind its end.
 * - First come, first served; one whose token has no place left lets the others pass.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #perToken = new Map<string, number>();
  readonly #waiting = new Set<Waiter>();
  #inFlight = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get queued(): number {
    return this.#waiting.size;
  }

  /** Resolves with what gives the place back, once there is one; throws `overloaded`, and the signal's reason. */
  async enter(token: string, signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) throw abortError(signal);
    if (!this.#hasPlace(token)) await this.#wait(token, signal);
    else this.#take(token);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#giveBack(token);
    };
  }

  #wait(token: string, signal: AbortSignal): Promise<void> {
    const { maxQueuedRequests, maxQueueMs } = this.#limits;
    if (this.#waiting.size >= maxQueuedRequests) return Promise.reject(overloaded(`${this.#inFlight} requests are being answered and ${maxQueuedRequests} wait.`));
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(waiter);
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        leave();
        reject(abortError(signal));
      };
      const waiter: Waiter = {
        token,
        admit: () => {
          leave();
          resolve();
        },
      };
      const timer = setTimeout(() => {
        leave();
        reject(overloaded(`No place was free for ${maxQueueMs} ms.`));
      }, maxQueueMs);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(waiter);
    });
  }

  #hasPlace(token: string): boolean {
    return this.#inFlight < this.#limits.maxConcurrentRequests && (this.#perToken.get(token) ?? 0) < this.#limits.maxConcurrentRequestsPerToken;
  }

  #take(token: string): void {
    this.#inFlight += 1;
    this.#perToken.set(token, (this.#perToken.get(token) ?? 0) + 1);
  }

  #giveBack(token: string): void {
    this.#inFlight -= 1;
    const left = (this.#perToken.get(token) ?? 1) - 1;
    if (left === 0) this.#perToken.delete(token);
    else this.#perToken.set(token, left);
    for (const waiter of this.#waiting) {
      if (!this.#hasPlace(waiter.token)) continue;
      this.#take(waiter.token);
      waiter.admit();
      return;
    }
  }
}

export function overloaded(detail: string): Refusal {
  return new Refusal('overloaded', detail, { advice: 'Wait as long as Retry-After says, and ask for less at once.', retryAfterMs: 1_000 });
}
