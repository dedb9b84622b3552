import { createHash, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { User } from './model.ts';

interface Session {
  readonly userId: string;
  readonly expires: number;
}

/** As `settings.passwordHash` tells clients. */
export const passwordHashing = { size: 256, iterations: 100_000, salt: 'f1a5c0ffee5a1755eed0f11e50a7ce5b4a2d6d3c1b0e9f8a7c6d5e4f3a2b1c0d' } as const;

function hashPassword(password: string): string {
  return pbkdf2Sync(password, Buffer.from(passwordHashing.salt), passwordHashing.iterations, passwordHashing.size / 8, 'sha256').toString('hex');
}

interface Given {
  readonly password?: string | undefined;
  readonly passwordHash?: string | undefined;
}

export function passwordMatches(user: User, given: Given): boolean {
  if (given.passwordHash !== undefined) return sameText(given.passwordHash, hashPassword(user.password));
  return given.password !== undefined && sameText(given.password, user.password);
}

/** The values of `asc_auth_key` that were given out. */
export class TokenRegistry {
  /** All of them, also those that are worth nothing any more. */
  readonly issued: string[] = [];
  private readonly sessions = new Map<string, Session>();
  private readonly now: () => number;
  private readonly lifetimeMs: number;

  constructor(now: () => number, lifetimeMs: number) {
    this.now = now;
    this.lifetimeMs = lifetimeMs;
  }

  issue(user: User): { token: string; expires: number } {
    const token = randomBytes(96).toString('base64');
    this.issued.push(token);
    const expires = this.now() + this.lifetimeMs;
    this.sessions.set(token, { userId: user.id, expires });
    return { token, expires };
  }

  userIdOf(token: string): string | undefined {
    const session = this.sessions.get(token);
    return session !== undefined && session.expires > this.now() ? session.userId : undefined;
  }

  revoke(token: string): void {
    this.sessions.delete(token);
  }

  revokeAll(): void {
    this.sessions.clear();
  }
}

function sameText(left: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
