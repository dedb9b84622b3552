const ATTEMPTS = 5;
const WINDOW_MS = 60_000;
const BLOCK_MS = 60_000;

/** Five wrong passwords within a minute block a user name for a minute. */
export class SignInGuard {
  private readonly failures = new Map<string, number[]>();
  private readonly blockedUntil = new Map<string, number>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  isBlocked(userName: string): boolean {
    return (this.blockedUntil.get(userName) ?? 0) > this.now();
  }

  failed(userName: string): void {
    const now = this.now();
    const recent = [...(this.failures.get(userName) ?? []).filter((at) => at > now - WINDOW_MS), now];
    this.failures.set(userName, recent);
    if (recent.length < ATTEMPTS) return;
    this.blockedUntil.set(userName, now + BLOCK_MS);
    this.failures.delete(userName);
  }

  succeeded(userName: string): void {
    this.failures.delete(userName);
  }
}
