import { readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { contestantRows, markdownTable, plainTable } from './tables.mjs';

const start = '<!-- bench:start -->';
const end = '<!-- bench:end -->';

/** What the figures depend on. */
export function describeMachine(peers) {
  return {
    date: new Date().toISOString(),
    system: `${type()} ${release()}`,
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    peers: Object.fromEntries([...peers.found].map(([name, { version }]) => [name, version])),
    missing: Object.fromEntries(peers.missing),
  };
}

const word = (met) => (met === null ? 'not measured' : met ? 'yes' : 'no');

/** What one workload gave, for a terminal. */
export function workloadText(result) {
  const lines = [`\n${result.name}: ${result.title}`];
  if (result.cannotRun !== undefined) return [...lines, `  cannot run: ${result.cannotRun}`].join('\n');
  lines.push(plainTable(contestantRows(result)));
  for (const { what, goal, shown, met } of result.goals) lines.push(`  ${what}: ${shown}; goal ${goal}: ${word(met)}`);
  for (const note of result.notes) lines.push(`  ${note}`);
  for (const wrong of result.wrong) lines.push(`  WRONG BYTES: ${wrong}`);
  return lines.join('\n');
}

/** A row for each goal of each workload. */
function summaryRows(results) {
  const rows = results.flatMap((result) => {
    if (result.cannotRun !== undefined) return [[result.title, `cannot run: ${result.cannotRun}`, '', '']];
    return result.goals.map(({ what, goal, shown, met }) => [result.title, `${what}: ${goal}`, shown, word(met)]);
  });
  return [['workload', 'goal', 'measured', 'met'], ...rows];
}

export function summaryText(results) {
  const short = ([title, ...rest]) => [title.length > 60 ? `${title.slice(0, 59)}…` : title, ...rest];
  return `\nAll goals\n${plainTable(summaryRows(results).map(short))}`;
}

/** Puts the figures of a run between two marks of a page, and leaves the rest of it alone. */
export async function writeInto(path, machine, results, rounds) {
  const page = await readFile(path, 'utf8');
  const [before, after] = [page.indexOf(start), page.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`${path} has not the marks ${start} and ${end}`);
  const text = `${start}\n${markdownOf(machine, results, rounds)}\n`;
  await writeFile(path, page.slice(0, before) + text + page.slice(after));
}

function markdownOf({ date, system, processor, cores, memoryGiB, node, peers, missing }, results, rounds) {
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`).join(', ');
  const absent = Object.values(missing);
  const parts = [
    `Run on ${date.slice(0, 10)}: ${cores} cores (${processor}), ${memoryGiB} GiB, ${system}, Node ${node}; ${rounds} rounds. Peers: ${versions}.${absent.length === 0 ? '' : ` Missing: ${absent.join('; ')}.`}`,
    '### Goals',
    markdownTable(summaryRows(results)),
    '### Figures',
  ];
  for (const result of results) {
    parts.push(`#### ${result.name}: ${result.title}`);
    if (result.cannotRun !== undefined) parts.push(`Cannot run: ${result.cannotRun}.`);
    else parts.push([markdownTable(contestantRows(result)), ...result.notes.map((note) => `\n${note}`)].join('\n'));
  }
  return parts.join('\n\n');
}
