// The memory that the command line takes for one very large file, beside what it takes for a little one.
//   node test/bench/memory.mjs [--mebibytes 1024]
import { fork, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { mebibytes: { type: 'string', default: '1024' } } });
const bytes = Number(values.mebibytes) * 2 ** 20;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const server = fork(here('memory-world.mjs'), [String(bytes)]);
const world = await new Promise((resolve) => server.once('message', resolve));
const home = await mkdtemp(join(tmpdir(), 'filesource-memory-'));
await writeFile(join(home, 'filesource.yaml'), world.config);
const target = join(home, 'target');
const peakFile = join(home, 'peak');

async function peakMiB(args) {
  const child = spawn(process.execPath, ['--import', pathToFileURL(here('peak-rss.mjs')).href, here('../../packages/cli/bin/filesource.js'), ...args, '--receipt', join(home, 'receipt.json')], {
    cwd: home,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, FILESOURCE_BENCH_PEAK: peakFile, ...world.env },
  });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-4000)));
  const status = await new Promise((resolve) => child.once('close', resolve));
  const receipt = JSON.parse(await readFile(join(home, 'receipt.json'), 'utf8'));
  if (status !== 0 || !receipt.complete) throw new Error(`${args.join(' ')} ended with status ${status}: ${errors}`);
  await rm(target, { recursive: true, force: true });
  return { bytes: receipt.totals.bytes, peakMiB: Math.round(Number(await readFile(peakFile, 'utf8')) / 1024) };
}

try {
  const rows = [];
  for (const source of ['documents', 'appointments']) {
    for (const [road, ...args] of [['pull', '--to'], ['archive', '--to'], ['archive', '--extract']]) {
      const little = await peakMiB([road, `${source}:2`, ...args, target]);
      const startedMs = performance.now();
      const large = await peakMiB([road, `${source}:${road === 'pull' ? 1 : 3}`, ...args, target]);
      rows.push({ road: `${road} ${args.join(' ')}`, source, 'MiB little': little.peakMiB, 'MiB large': large.peakMiB, 'bytes large': large.bytes, seconds: Number(((performance.now() - startedMs) / 1000).toFixed(1)) });
    }
  }
  console.table(rows);
} finally {
  server.disconnect();
  await rm(home, { recursive: true, force: true });
}
