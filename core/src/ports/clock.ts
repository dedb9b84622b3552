/** Time, as the only way in which filesource reads or waits for it. */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds.
   * - Rejects with the signal's reason as soon as the signal fires, and leaves no timer behind.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Runs `run` once after `ms` milliseconds, unless what it returns is called before; calling that later does nothing.
   * - Optional: where it is missing, `sleep` does its work at a higher price. Every call sets and clears a time-out.
   */
  schedule?(ms: number, run: () => void): () => void;
}
