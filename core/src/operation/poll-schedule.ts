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
const nearEndShare = 0.008;
/** A stalled job is looked at this often once it is that old; before by a share of its time, later by a share of what came since. */
const stalledMs = 280;
const stalledEarlyShare = 0.12;
const stalledLateMs = 13_000;
const stalledLateShare = 0.015;
/** The longest sleep, in times of the time elapsed. */
const mostTimes = 2;

/**
 * How long to wait before the first look of all, in place of the schedule: a small job is often done by the time that its start was answered.
 * - One that is not is left alone for twice the shortest delay and a bit.
 */
export function earlyPollDelayMs(looks: 0 | 1, limits: PollLimits = defaultPollLimits): number {
  return limits.minDelayMs * (looks === 0 ? 0.25 : 2.25);
}

/**
 * How long to wait before the next look: until the earliest end that the progress allows.
 * - Progress is told in whole percents, so the job may be almost a percent further than it says: the end is never guessed too late.
 * - Never longer than twice what the job has run: one that starts slowly and then runs is not slept through.
 * - Progress that stands still for twice as long as its percents took tells nothing more: then about three times a second, seldomer as it gets old.
 * - Progress that is not told: by a tenth of the time elapsed.
 */
export function nextPollDelayMs(history: PollHistory, limits: PollLimits = defaultPollLimits): number {
  return Math.min(Math.max(wishedDelayMs(history), limits.minDelayMs), limits.maxDelayMs);
}

function wishedDelayMs({ elapsedMs, percent, percentSinceMs }: PollHistory): number {
  if (percent === null || percent < 0) return elapsedMs * untoldShare;
  const stalledDelayMs = Math.min(stalledMs, elapsedMs * stalledEarlyShare) + Math.max(0, elapsedMs - stalledLateMs) * stalledLateShare;
  if (percent >= 100 || percentSinceMs <= 0) return stalledDelayMs;
  const onePercentMs = percentSinceMs / (percent + 1);
  const leftMs = 100 * onePercentMs - elapsedMs;
  const isStalled = elapsedMs - percentSinceMs > 2 * onePercentMs;
  if (isStalled) return leftMs > 0 ? Math.min(leftMs, stalledDelayMs) : stalledDelayMs;
  return Math.min(Math.max(leftMs, elapsedMs * nearEndShare), elapsedMs * mostTimes);
}
