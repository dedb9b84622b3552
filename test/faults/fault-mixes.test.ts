import { expect, test } from '@jest/globals';
import { describeMix, mixOf } from './mix.ts';
import { runMix, type MixResult } from './run-mix.ts';

const runs = Number(process.env['FILESOURCE_FAULT_RUNS'] ?? 100);
const firstSeed = Number(process.env['FILESOURCE_FAULT_SEED'] ?? 1);

test(`${runs} mixes of faults from seed ${firstSeed} on: complete and identical, or a named error`, async () => {
  const results: MixResult[] = [];
  const failures: string[] = [];
  const started = performance.now();
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    const mix = mixOf(seed);
    const result = await runMix(mix);
    results.push(result);
    if (result.problems.length === 0) continue;
    failures.push(`npm run faults -- --runs 1 --seed ${seed}\n  ${describeMix(mix)}\n  struck: ${result.strikes.join(' ')}\n  ${result.problems.join('\n  ')}`);
    // In a long run nobody wants to wait for the end.
    if (runs > 500) console.log(failures.at(-1));
  }
  console.log(summary(results, performance.now() - started));
  expect(failures.join('\n\n')).toBe('');
  // Faults that stopped everything would prove nothing.
  if (runs >= 50) expect(results.filter(({ ending }) => ending === 'complete').length).toBeGreaterThan(runs / 3);
}, Math.max(60_000, runs * 30_000));

function summary(results: readonly MixResult[], ms: number): string {
  const slowest = Math.max(...results.map((result) => result.ms));
  return [
    `${results.length} mixes in ${(ms / 1000).toFixed(1)} s (${(ms / results.length).toFixed(0)} ms each, the slowest ${slowest.toFixed(0)} ms)`,
    `endings: ${count(results.map(({ ending }) => ending))}`,
    `rows that failed: ${count(results.flatMap(({ rowKinds }) => [...new Set(rowKinds)]))}`,
    `faults that struck: ${count(results.flatMap(({ strikes }) => [...new Set(strikes)]))}`,
  ].join('\n');
}

function count(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([value, times]) => `${value} ${times}`).join(', ');
}
