/** Time, as the only way in which filesource reads or waits for it. */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds.
   * - Rejects with the signal's reason as soon as the signal fires, and leaves no timer behind.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
