import { asTold, script } from '../lib/filesource.mjs';

const durationsS = [0.2, 0.5, 1, 2, 5, 10, 30, 60, 120];
const of = (kind) => ({
  title: kind === 'steady' ? 'progress is steady' : 'progress stalls at 90 %',
  run: async ({ measure }) => asTold(await measure(script('inside/operation-schedule.mjs', kind, JSON.stringify(durationsS)))),
});
const goalsOf = (kind) => [
  { kind: 'most', of: kind, metric: 'lateShare', limit: 1, title: `${kind}: mean wait too long ÷ max(150 ms, 1 % of T), at the worst T` },
  { kind: 'most', of: kind, metric: 'requestShare', limit: 1, title: `${kind}: mean requests ÷ (12 + T/3 s), at the worst T` },
];

export const workload = {
  order: 13,
  name: 'operation-schedule',
  title: 'an operation that ends after T and reports progress (simulated clock)',
  needs: ['bash'],
  // Nothing in it is left to chance.
  mostRounds: 1,
  notes: ['For each T the mean of 200 operations that last between 0.8 and 1.2 × T. `stalling`: progress stands at 90 % from two thirds of the time on.'],
  goals: [...goalsOf('steady'), ...goalsOf('stalling')],
  prepare: async () => ({}),
  describe: ({ rounds: [round] }) =>
    ['steady', 'stalling'].flatMap((kind) => {
      const ends = round?.[kind]?.ends ?? [];
      return ends.length === 0 ? [] : [`${kind}: ${ends.map(({ seconds, lateMs, looks }) => `${seconds} s: ${Math.round(lateMs)} ms late, ${looks.toFixed(1)} requests`).join('; ')}`];
    }),
  contestants: { steady: of('steady'), stalling: of('stalling') },
};
