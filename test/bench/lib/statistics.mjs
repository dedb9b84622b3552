/** The middle of some numbers; `null` where there are none. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median, least and most of one metric over the rounds that have it; `null` where none has. */
export function summaryOf(rounds, metric) {
  const values = rounds.map((round) => round[metric]).filter((value) => typeof value === 'number');
  return values.length === 0 ? null : { median: median(values), least: Math.min(...values), most: Math.max(...values), rounds: values.length };
}

/** The ratio of two contestants within each round, and then the median: what slows a round slows both. */
export function ratioWithinRounds(rounds, { of, against, metric, isSpeed }) {
  const ratios = rounds.flatMap((round) => {
    const [ours, theirs] = [round[of]?.[metric], round[against]?.[metric]];
    if (typeof ours !== 'number' || typeof theirs !== 'number' || ours <= 0 || theirs <= 0) return [];
    return [{ ratio: isSpeed ? theirs / ours : ours / theirs }];
  });
  return summaryOf(ratios, 'ratio');
}
