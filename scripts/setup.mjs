// All the set-up that a fresh clone needs, using nothing but Node and npm: dependencies as locked, then the build.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = `${root}node_modules/.filesource-setup`;
const wanted = createHash('sha256').update(readFileSync(`${root}package-lock.json`)).digest('hex');
const installed = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;

/** Runs one step and ends the process with its status when it fails. */
function run(title, command, args) {
  process.stderr.write(`set-up: ${title}\n`);
  const step = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (step.status !== 0) process.exit(step.status ?? 1);
}

if (!installed) {
  run('installing dependencies (npm ci)', 'npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts']);
  writeFileSync(stamp, wanted);
}
run('building (tsc -b)', process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-b']);
run('bundling the command line', process.execPath, [`${root}packages/cli/bundle.mjs`]);
