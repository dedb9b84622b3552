import { randomBytes } from 'node:crypto';
import { FileSourceError, type Clock } from '@filesource/core';

export interface BoundedStoreOptions {
  readonly clock: Clock;
  /** First part of every handle, for people. */
  readonly prefix: string;
  /** The one that was used longest ago makes place for another. */
  readonly most: number;
  /** Counted from the last use. */
  readonly lifetimeMs: number;
  /** What a handle stands for, and what to do without it. */
  readonly what: string;
  readonly advice: string;
}

/** Values behind short handles: what is too long or too inward to be handed to a client. */
export class BoundedStore<T> {
  readonly #options: BoundedStoreOptions;
  readonly #values = new Map<string, { readonly value: T; usedMs: number }>();

  constructor(options: BoundedStoreOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#values.size;
  }

  put(value: T): string {
    const handle = `${this.#options.prefix}${randomBytes(9).toString('base64url')}`;
    this.#sweep();
    for (const oldest of this.#values.keys()) {
      if (this.#values.size < this.#options.most) break;
      this.#values.delete(oldest);
    }
    this.#values.set(handle, { value, usedMs: this.#options.clock.now() });
    return handle;
  }

  /** Throws `invalid-argument` for a handle that is unknown, or is known no more. */
  get(handle: string): T {
    this.#sweep();
    const found = this.#values.get(handle);
    const { what, advice } = this.#options;
    if (found === undefined) throw new FileSourceError('invalid-argument', `this server does not know this ${what}, or knows it no more`, { advice });
    this.#values.delete(handle);
    this.#values.set(handle, { value: found.value, usedMs: this.#options.clock.now() });
    return found.value;
  }

  #sweep(): void {
    const oldestMs = this.#options.clock.now() - this.#options.lifetimeMs;
    for (const [handle, { usedMs }] of this.#values) if (usedMs < oldestMs) this.#values.delete(handle);
  }
}
