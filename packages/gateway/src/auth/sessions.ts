import { randomBytes } from 'node:crypto';
import type { Clock } from '@filesource/core';
import { digestOf, type Grant } from './grants.ts';

export interface SessionLimits {
  readonly maxSessions: number;
  readonly sessionLifetimeMs: number;
}

/** Sessions of browsers, in memory: a random value for a grant, until it expires or there are too many. */
export class Sessions {
  readonly #clock: Clock;
  readonly #limits: SessionLimits;
  /** By digest, the oldest first: memory holds nothing that opens a session. */
  readonly #sessions = new Map<string, { readonly grant: Grant; readonly expiresMs: number }>();

  constructor(clock: Clock, limits: SessionLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  get count(): number {
    return this.#sessions.size;
  }

  /** The value for a new session's cookie. */
  start(grant: Grant): string {
    const now = this.#clock.now();
    for (const [key, { expiresMs }] of this.#sessions) {
      if (expiresMs > now && this.#sessions.size < this.#limits.maxSessions) break;
      this.#sessions.delete(key);
    }
    const value = randomBytes(32).toString('base64url');
    this.#sessions.set(keyOf(value), { grant, expiresMs: now + this.#limits.sessionLifetimeMs });
    return value;
  }

  find(value: string): Grant | undefined {
    const session = this.#sessions.get(keyOf(value));
    return session !== undefined && session.expiresMs > this.#clock.now() ? session.grant : undefined;
  }

  end(value: string): void {
    this.#sessions.delete(keyOf(value));
  }
}

function keyOf(value: string): string {
  return digestOf(value).toString('base64url');
}
