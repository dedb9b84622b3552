/** What polling has seen so far; times are milliseconds since the operation began. */
export interface PollHistory {
  readonly elapsedMs: number;
  /** Latest progress and when it was first seen; `null` while the vendor tells none. */
  readonly percent: number | null;
  readonly percentSinceMs: number;
}

export interface PollLimits {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
}

export const defaultPollLimits: PollLimits = { minDelayMs: 100, maxDelayMs: 10_000 };

const stallShare = 0.1;

/**
 * How long to wait before the next look: half of the time that progress says is left.
 * - Progress that stands still, or is not told, caps the wait at a tenth of the time elapsed.
 */
export function nextPollDelayMs(history: PollHistory, limits: PollLimits = defaultPollLimits): number {
  const cap = history.elapsedMs * stallShare;
  const { percent } = history;
  let delay = cap;
  if (percent !== null && percent > 0 && percent < 100 && history.percentSinceMs > 0) {
    const leftMs = (history.percentSinceMs / percent) * (100 - percent) - (history.elapsedMs - history.percentSinceMs);
    const stalled = history.elapsedMs > history.percentSinceMs;
    delay = stalled ? Math.min(Math.max(leftMs / 2, 0), cap) : leftMs / 2;
    if (leftMs <= 0) delay = cap;
  }
  return Math.min(Math.max(delay, limits.minDelayMs), limits.maxDelayMs);
}
