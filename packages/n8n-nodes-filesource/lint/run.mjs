// npm run lint:n8n: n8n's own lint over the node package. Installs the linter when it is missing: its peers are of other versions than ours,
// so it has a folder, a lock file and node_modules of its own.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackage } from '../build.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const npm = process.env['npm_execpath'];

const changedMs = (path) => statSync(join(folder, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (changedMs('node_modules/.package-lock.json') < changedMs('package-lock.json')) {
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const installed = npm === undefined ? spawnSync('npm', args, { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' }) : spawnSync(process.execPath, [npm, ...args], { cwd: folder, stdio: 'inherit' });
  if (installed.status !== 0) process.exit(installed.status ?? 1);
}

await buildPackage();
const eslint = join(folder, 'node_modules/eslint/bin/eslint.js');
const paths = ['nodes', 'credentials', 'src', 'package.json'];
const { status } = spawnSync(process.execPath, [eslint, '--max-warnings', '0', '--config', 'lint/eslint.config.mjs', ...paths], { cwd: dirname(folder), stdio: 'inherit' });
if (status === 0) process.stdout.write(`n8n's lint: ${paths.join(', ')} pass\n`);
process.exit(status ?? 1);
