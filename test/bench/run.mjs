// The benchmark suite: ours and the peers in turn, in one run, with the bytes of both checked.
//   node test/bench/run.mjs [NAME | FILE.mjs]... [--rounds 5] [--smoke] [--gib 10] [--json FILE] [--write FILE] [--no-install] [--list]
// A goal that is missed is no failure (status 0); wrong bytes are (status 1).
import { readdir, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { judge } from './lib/goals.mjs';
import { findPeers } from './lib/peers.mjs';
import { describeMachine, summaryText, workloadText, writeInto } from './lib/report.mjs';
import { runRounds } from './lib/rounds.mjs';
import { createWorld } from './lib/world.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    smoke: { type: 'boolean', default: false },
    gib: { type: 'string', default: '10' },
    json: { type: 'string' },
    write: { type: 'string' },
    'no-install': { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});
const rounds = wholeNumber('--rounds', values.rounds ?? (values.smoke ? '1' : '5'));
const gib = wholeNumber('--gib', values.gib);
const workloads = await chosenWorkloads();

if (values.list) process.stdout.write(workloads.map(({ name, title }) => `${name.padEnd(22)} ${title}\n`).join(''));
else process.exitCode = await runAll();

async function runAll() {
  const peers = await findPeers({ install: !values['no-install'] });
  const machine = describeMachine(peers);
  const world = await createWorld({ peers, isSmoke: values.smoke, gib });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void world.close().finally(() => process.exit(130)));
  const results = [];
  try {
    for (const workload of workloads) {
      const result = await runOne(workload, world);
      results.push(result);
      process.stdout.write(`${workloadText(result)}\n`);
    }
  } finally {
    await world.close();
  }
  process.stdout.write(`${summaryText(results)}\n`);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify({ machine, rounds, isSmoke: values.smoke, workloads: results }, undefined, 2)}\n`);
  if (values.write !== undefined) await writeInto(values.write, machine, results, rounds);
  return results.some(({ wrong }) => wrong.length > 0) ? 1 : 0;
}

async function runOne(workload, world) {
  const { name, title, peer, mostRounds = Number.POSITIVE_INFINITY } = workload;
  const about = { name, title, peer, notes: workload.notes ?? [], states: {}, rounds: [], goals: [], wrong: [], facts: {} };
  const absent = (workload.needs ?? []).map((need) => world.peers.missing.get(need)).find((reason) => reason !== undefined);
  if (absent !== undefined) return { ...about, cannotRun: absent };
  try {
    const run = await runRounds(workload, world, { rounds: Math.min(rounds, mostRounds), onTurn: (round, turn) => process.stderr.write(`${name}: round ${round + 1}, ${turn}\n`) });
    const titles = Object.fromEntries(Object.entries(run.states).map(([key, state]) => [key, state.title]));
    return { ...about, ...run, notes: [...about.notes, ...(workload.describe?.(run) ?? [])], goals: workload.goals.map((goal) => judge(goal, run.rounds, titles)) };
  } catch (error) {
    return { ...about, cannotRun: error.message };
  } finally {
    await world.closeWorkload();
  }
}

/** By name; a file of one's own by its path. */
async function chosenWorkloads() {
  const files = (await readdir(new URL('workloads/', import.meta.url))).filter((file) => file.endsWith('.mjs'));
  const load = async (url) => (await import(url.href)).workload;
  const all = await Promise.all(files.map((file) => load(new URL(`workloads/${file}`, import.meta.url))));
  all.sort((a, b) => a.order - b.order);
  if (positionals.length === 0) return all;
  const names = new Set(positionals.filter((wanted) => !wanted.endsWith('.mjs')));
  const unknown = [...names].find((wanted) => all.every(({ name }) => name !== wanted));
  if (unknown !== undefined) throw new Error(`there is no workload ${unknown}: ${all.map(({ name }) => name).join(', ')}`);
  const own = await Promise.all(positionals.filter((wanted) => wanted.endsWith('.mjs')).map((path) => load(pathToFileURL(path))));
  return [...all.filter(({ name }) => names.has(name)), ...own];
}

function wholeNumber(option, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${option} takes a whole number above 0`);
  return value;
}
