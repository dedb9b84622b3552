import { ratioWithinRounds, summaryOf } from './statistics.mjs';

const names = { wallMs: 'wall', cpuMs: 'CPU', peakMiB: 'peak memory', requests: 'requests' };
const units = { peakMiB: ' MiB', wallMs: ' ms', cpuMs: ' ms' };

/**
 * Holds the figures of a workload against one of its goals; `met` is `null` where they were not to be had.
 * - `speed`: at least so many times as fast as a peer. `times`: at most so many times as much of a metric as another one.
 * - `most`: at most so much of a metric, in the worst round. `growth`: at most so much more of it than another one.
 */
export function judge(goal, rounds, titles) {
  const { kind, of = 'ours', against, metric = 'wallMs', limit } = goal;
  const what = goal.title ?? `${titles[of]}: ${names[metric] ?? metric}`;
  if (kind === 'speed' || kind === 'times') {
    const ratio = ratioWithinRounds(rounds, { of, against, metric, isSpeed: kind === 'speed' });
    const text = kind === 'speed' ? `at least ${limit} × as fast as ${titles[against]}` : `at most ${limit} × that of ${titles[against]}`;
    return verdict(what, text, ratio, ratio?.median, (value) => `${digits(value)} ×`, kind === 'speed' ? (value) => value >= limit : (value) => value <= limit);
  }
  const own = summaryOf(rounds.map((round) => round[of] ?? {}), metric);
  const other = kind === 'growth' ? summaryOf(rounds.map((round) => round[against] ?? {}), metric) : { most: 0 };
  const value = own === null || other === null ? undefined : own.most - other.most;
  const text = kind === 'growth' ? `at most ${limit}${units[metric] ?? ''} above ${titles[against]}` : `at most ${limit}${units[metric] ?? ''}`;
  return verdict(what, text, own, value, (number) => `${digits(number)}${units[metric] ?? ''}`, (number) => number <= limit);
}

function verdict(what, text, spread, value, show, isMet) {
  if (value === undefined || value === null) return { what, goal: text, value: null, shown: '-', met: null };
  return { what, goal: text, value, spread: spread === null ? null : [spread.least, spread.most], shown: show(value), met: isMet(value) };
}

export function digits(value) {
  if (value >= 1000) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
