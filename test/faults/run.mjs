// npm run faults -- --runs 10000 --seed 1
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } } });
for (const [name, value] of Object.entries(values)) {
  if (/^[1-9]\d{0,8}$/.test(value)) continue;
  console.error(`--${name} takes a whole number above 0, not ${JSON.stringify(value)}`);
  process.exit(2);
}
const env = { ...process.env, FILESOURCE_FAULT_RUNS: values.runs, FILESOURCE_FAULT_SEED: values.seed };
const root = fileURLToPath(new URL('../..', import.meta.url));
const run = spawnSync(process.execPath, ['scripts/jest.mjs', 'test/faults/'], { cwd: root, env, stdio: 'inherit' });
process.exit(run.status ?? 1);
