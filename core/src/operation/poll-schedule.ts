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

/** Shares of the time elapsed. */
const untoldShare = 0.1;
const stalledShare = 0.02;
const nearEndShare = 0.008;
/** A stalled job is looked at this often until a share of its time is more. */
const stalledMs = 300;
const stalledEarlyShare = 0.12;

/**
 * How long to wait before the next look: until the earliest end that the progress allows.
 * - Progress is told in whole percents, so the job may be almost a percent further than it says: the end is never guessed too late.
 * - Never longer than the job has run: one that starts slowly and then runs is not slept through.
 * - Progress that stands still for twice as long as its percents took tells nothing more: then by a small share of the time elapsed.
 * - Progress that is not told: by a tenth of the time elapsed.
 */
export function nextPollDelayMs(history: PollHistory, limits: PollLimits = defaultPollLimits): number {
  return Math.min(Math.max(wishedDelayMs(history), limits.minDelayMs), limits.maxDelayMs);
}

function wishedDelayMs({ elapsedMs, percent, percentSinceMs }: PollHistory): number {
  if (percent === null || percent < 0) return elapsedMs * untoldShare;
  const stalledDelayMs = Math.max(Math.min(stalledMs, elapsedMs * stalledEarlyShare), elapsedMs * stalledShare);
  if (percent >= 100 || percentSinceMs <= 0) return stalledDelayMs;
  const onePercentMs = percentSinceMs / (percent + 1);
  const leftMs = 100 * onePercentMs - elapsedMs;
  const isStalled = elapsedMs - percentSinceMs > 2 * onePercentMs;
  if (isStalled) return leftMs > 0 ? Math.min(leftMs, stalledDelayMs) : stalledDelayMs;
  return Math.min(Math.max(leftMs, elapsedMs * nearEndShare), elapsedMs);
}
