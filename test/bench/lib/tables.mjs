import { digits } from './goals.mjs';
import { ratioWithinRounds, summaryOf } from './statistics.mjs';

const spread = (summary) => (summary === null ? '-' : `${digits(summary.median)} (${digits(summary.least)}–${digits(summary.most)})`);
const middle = (summary) => (summary === null ? '-' : digits(summary.median));

const columns = [
  ['wall ms (spread)', (of) => spread(of('wallMs'))],
  ['CPU ms', (of) => middle(of('cpuMs'))],
  ['peak MiB', (of) => (of('peakMiB') === null ? '-' : digits(of('peakMiB').most))],
  ['requests', (of) => middle(of('requests'))],
];

/** Rows of texts: a contestant each, its figures, and its speed against the peer that the goal names. */
export function contestantRows({ states, rounds, peer }) {
  const header = ['contestant', ...columns.map(([title]) => title), ...(peer === undefined ? [] : [`speed × ${states[peer].title}`])];
  const rows = Object.entries(states).map(([name, { title, absent, failed }]) => {
    const reason = absent ?? failed;
    const of = (metric) => summaryOf(rounds.map((round) => round[name] ?? {}), metric);
    if (of('wallMs') === null && of('cpuMs') === null) return [title, `did not run: ${reason ?? 'no round'}`, ...header.slice(2).map(() => '')];
    const ratio = peer === undefined ? [] : [spread(ratioWithinRounds(rounds, { of: name, against: peer, metric: 'wallMs', isSpeed: true }))];
    return [title, ...columns.map(([, show]) => show(of)), ...ratio];
  });
  return [header, ...rows];
}

/** A table for a terminal; a row whose second cell is a reason runs over. */
export function plainTable(rows) {
  const isNote = (row) => row.slice(2).every((cell) => cell === '') && row.length > 2;
  const widths = rows[0].map((_, column) => Math.max(...rows.filter((row) => column === 0 || !isNote(row)).map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : isNote(row) ? cell : cell.padStart(widths[column]))).join('  ').trimEnd()).join('\n');
}

export function markdownTable(rows) {
  const line = (row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(rows[0]), line(rows[0].map(() => '---')), ...rows.slice(1).map(line)].join('\n');
}
