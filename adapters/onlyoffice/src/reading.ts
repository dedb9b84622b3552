import { defaultRetryPolicy, retryDelayMs, toFileSourceError, withTimeout, type FileSourceError, type Ports } from '@filesource/core';

/** Makes one call, bounded in time and repeated while it fails for a passing reason. */
export type Repeat = <T>(run: (signal: AbortSignal) => Promise<T>, signal: AbortSignal | undefined, isSafe?: (error: FileSourceError) => boolean) => Promise<T>;

/**
 * For the many calls inside one `archive`, which the layers around it see as one that must not be repeated.
 * - What survives is `persistent`, so that nothing outside repeats it again.
 */
export function createRepeat(ports: Ports, limits: { readonly maxAttempts: number; readonly timeoutMs: number }): Repeat {
  const policy = { ...defaultRetryPolicy, maxAttempts: limits.maxAttempts };
  return async (run, signal, isSafe = () => true) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await withTimeout(ports.clock, limits.timeoutMs, signal, run);
      } catch (thrown) {
        const error = toFileSourceError(thrown);
        const delayMs = isSafe(error) ? retryDelayMs(policy, attempt, error, ports.random.next()) : null;
        if (delayMs === null) throw error.status === 'temporary' ? error.with({ status: 'persistent' }, true) : error;
        await ports.clock.sleep(delayMs, signal);
      }
    }
  };
}
