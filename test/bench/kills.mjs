// Kills `filesource pull` with SIGKILL at random moments and runs it again: every resume has to end with the bytes and
// the receipt of a run that nobody disturbed, leave nothing behind, and fetch again at most the files that were in flight.
//   node test/bench/kills.mjs --runs 1000 --seed 1 [--small]
import { fork, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' }, small: { type: 'boolean', default: false } } });
const wanted = Number(values.runs);
const concurrency = 8;
/** Small files of a source that opens up to 50 with one request go beside these, two requests' worth of each source. */
const inFlight = concurrency + 2 * 2 * 50;
const cli = fileURLToPath(new URL('../../packages/cli/bin/filesource.js', import.meta.url));
const server = fork(fileURLToPath(new URL('kills-world.mjs', import.meta.url)), values.small ? ['--small'] : []);
const told = () => new Promise((resolve) => server.once('message', resolve));
const world = await told();
const home = await mkdtemp(join(tmpdir(), 'filesource-kills-'));
await writeFile(join(home, 'filesource.yaml'), world.config);

let state = Number(values.seed) >>> 0;
/** From 0 to below 1; the same row of numbers for the same seed. */
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/** Waits until the journal says that a part of a large file is safe, and then a little more. */
async function untilPartIsNoted(target, isOver) {
  while (!isOver()) {
    const journal = await readFile(join(target, '.filesource-journal'), 'utf8').catch(() => '');
    if (journal.includes('"part"')) break;
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  await new Promise((resolve) => setTimeout(resolve, random() * 60));
}

/** One pull; `killAfter` is the share of a usual run after which it is killed, or `part`: while a large file is on its way. */
async function pull(target, killAfter) {
  const startedMs = performance.now();
  const args = ['pull', ...world.refs, '--to', target, '--receipt', `${target}.json`, '--concurrency', String(concurrency), '--json'];
  const child = spawn(process.execPath, [cli, ...args], { cwd: home, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, ...world.env } });
  let firstMs;
  let isOver = false;
  if (killAfter === 'part') void untilPartIsNoted(target, () => isOver).then(() => child.kill('SIGKILL'));
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += chunk));
  const kill = (ms) => setTimeout(() => child.kill('SIGKILL'), ms);
  // One in ten dies while it starts; the others once files are on their way.
  const early = typeof killAfter === 'number' && killAfter < 0.1 ? kill((killAfter / 0.1) * usual.startMs) : undefined;
  let late;
  child.stdout.on('data', () => {
    if (firstMs !== undefined) return;
    firstMs = performance.now() - startedMs;
    if (typeof killAfter === 'number' && early === undefined) late = kill(((killAfter - 0.1) / 0.9) * usual.runMs);
  });
  const [code, signal] = await new Promise((resolve) => child.once('close', (...how) => resolve(how)));
  isOver = true;
  clearTimeout(early);
  clearTimeout(late);
  return { code, isKilled: signal === 'SIGKILL', errors, startMs: firstMs ?? 0, runMs: performance.now() - startedMs - (firstMs ?? 0) };
}

async function fetched() {
  server.send('counts');
  const { ranges, ...kinds } = await told();
  return { files: Object.values(kinds).reduce((sum, count) => sum + count, 0), ranges, kinds };
}

async function filesBelow(directory) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(directory.length + 1));
}

async function sha256Of(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

async function isComplete(target) {
  const text = await readFile(`${target}.json`, 'utf8').catch(() => '{}');
  return JSON.parse(text).complete === true;
}

/** What is wrong with a target after its resume; nothing, one hopes. */
async function faultsOf(target, end, expected) {
  if (end.code !== 0) return [`the resume ended with status ${end.code}: ${end.errors}`];
  const faults = [];
  const receipt = JSON.parse(await readFile(`${target}.json`, 'utf8'));
  if (JSON.stringify([receipt.complete, receipt.files, receipt.totals]) !== JSON.stringify([true, expected.files, expected.totals])) faults.push('the receipt is another one');
  const found = (await filesBelow(target)).sort();
  const rows = new Map(expected.files.map((row) => [row.path, row]));
  for (const path of found) if (!rows.has(path)) faults.push(`left over: ${path}`);
  for (const [path, row] of rows) {
    const sha256 = await sha256Of(join(target, path)).catch(() => 'missing');
    if (sha256 !== row.sha256) faults.push(`${path} is not what it was: ${sha256}`);
  }
  return faults;
}

let usual = { startMs: 0, runMs: 0 };
const summary = { wanted, seed: Number(values.seed), files: world.files, kills: 0, resumes: 0, aimed: 0, identical: 0, killedAgain: 0, endedBefore: 0, killedAfterEnd: 0, refetchedMost: 0, refetchedMean: 0, continuedByRange: 0, faults: [] };
let refetched = 0;
try {
  const undisturbed = join(home, 'undisturbed');
  for (let warmUp = 0; warmUp < 2; warmUp += 1) {
    await rm(undisturbed, { recursive: true, force: true });
    usual = await pull(undisturbed);
    if (usual.code !== 0) throw new Error(`the undisturbed pull failed: ${usual.errors}`);
    const { files, kinds } = await fetched();
    if (files !== world.files) throw new Error(`an undisturbed pull of ${world.files} files asks for ${files}: ${JSON.stringify(kinds)}`);
  }
  const expected = JSON.parse(await readFile(`${undisturbed}.json`, 'utf8'));
  process.stderr.write(`undisturbed: ${expected.totals.files} files, ${expected.totals.bytes} bytes, ${Math.round(usual.startMs)} ms to start and ${Math.round(usual.runMs)} ms to run\n`);
  await rm(undisturbed, { recursive: true });
  for (let series = 1; summary.kills < wanted; series += 1) {
    const target = join(home, `target-${series}`);
    let kills = 0;
    const isAimed = !values.small && random() < 0.25;
    let end = await pull(target, isAimed ? 'part' : random());
    while (end.isKilled) {
      // The receipt is written last: a process that dies after that has nothing left to do.
      if (await isComplete(target)) break;
      kills += 1;
      end = await pull(target, random() < 0.25 && kills < 4 ? random() : undefined);
    }
    const { files, ranges } = await fetched();
    if (end.isKilled) {
      const faults = await faultsOf(target, { code: 0 }, expected);
      summary.killedAfterEnd += 1;
      usual = { ...usual, runMs: usual.runMs * 0.95 };
      summary.faults.push(...faults.filter((fault) => !/^left over: \.filesource-(journal|lock)$/.test(fault)));
    } else if (kills === 0) {
      summary.endedBefore += 1;
      usual = { startMs: (usual.startMs + end.startMs) / 2, runMs: (usual.runMs + end.runMs) / 2 };
    }
    else {
      const faults = await faultsOf(target, end, expected);
      const again = files - world.files;
      if (again > kills * inFlight) faults.push(`${again} files were fetched again after ${kills} kills`);
      summary.kills += kills;
      summary.resumes += 1;
      summary.killedAgain += kills > 1 ? 1 : 0;
      summary.aimed += isAimed ? 1 : 0;
      summary.identical += faults.length === 0 ? 1 : 0;
      summary.continuedByRange += ranges;
      summary.refetchedMost = Math.max(summary.refetchedMost, again / kills);
      refetched += again;
      summary.refetchedMean = Number((refetched / summary.kills).toFixed(2));
      for (const fault of faults) summary.faults.push(`${target}: ${fault}`);
      if (faults.length > 0) process.stderr.write(`${faults.join('\n')}\n`);
      if (summary.resumes % 25 === 0) process.stderr.write(`${JSON.stringify({ ...summary, faults: summary.faults.length })}\n`);
    }
    for (const path of [target, `${target}.json`]) await rm(path, { recursive: true, force: true });
  }
} finally {
  server.disconnect();
  await rm(home, { recursive: true, force: true });
}
process.stdout.write(`${JSON.stringify(summary)}\n`);
process.exitCode = summary.identical === summary.resumes && summary.faults.length === 0 ? 0 : 1;
