import type { Calls, EstimateGroup, PullEstimate } from '@filesource/transfer';
import { safeText } from './safe-text.ts';
import { Table } from './table.ts';
import { bytesText, countText, durationText } from './values.ts';

/** What a pull would take: what is fetched how, why, what happens when it goes wrong, and what the figures rest on. */
export function estimateLines(estimate: PullEstimate, heading: (text: string) => string): readonly string[] {
  const { groups, kept, calls, timeMs } = estimate;
  return [
    ...groupTable(groups, heading),
    ...groups.flatMap((group) => ['', ...groupLines(group)]),
    '',
    ...basisLines(estimate),
    ...(kept.files === 0 ? [] : [`kept: ${countText(kept.files, 'file')}, ${bytesText(kept.bytes)}, that an earlier run left here`]),
    `estimate: ${countText(calls, 'call')}, ${bytesText(estimate.bytes)}, about ${shortTime(timeMs)}`,
  ];
}

function groupTable(groups: readonly EstimateGroup[], heading: (text: string) => string): readonly string[] {
  if (groups.length === 0) return [];
  const right = 'right' as const;
  const table = new Table([{ title: 'FROM' }, { title: 'FILES', align: right }, { title: 'SIZE', align: right }, { title: 'BY' }, { title: 'CALLS', align: right }, { title: 'TIME', align: right }, { title: 'INSTEAD OF' }]);
  const rows = groups.map((group) => [
    fromText(group),
    String(group.files),
    `${bytesText(group.bytes)}${group.unknownSizes === 0 ? '' : '+'}`,
    group.by,
    String(countOf(group.calls)),
    shortTime(group.timeMs),
    group.instead === undefined ? '-' : `${group.instead.by}: ${countText(countOf(group.instead.calls), 'call')}, ${shortTime(group.instead.timeMs)}`,
  ]);
  table.fit(rows);
  return [heading(table.header()), ...table.lines(rows)];
}

function groupLines(group: EstimateGroup): readonly string[] {
  return [`${fromText(group)}: by ${group.by}: ${group.why}`, ...group.fallbacks.map((fallback) => `  fallback: ${fallback}`)];
}

function basisLines({ measured, assumed, listing }: PullEstimate): readonly string[] {
  const answers = measured.map(({ source, latencyMs, calls }) => `${safeText(source)} answers in ${Math.round(latencyMs)} ms (${calls === 0 ? 'assumed' : `of ${countText(calls, 'answer')}`})`);
  return [
    `listed: ${countText(listing.calls, 'answer')} in ${shortTime(listing.timeMs)}, not counted above`,
    ...(answers.length === 0 ? [] : [`measured: ${answers.join(', ')}`]),
    `assumed: ${bytesText(assumed.bytesPerSecond)}/s unless the config bounds it; to pack, a vendor takes ${assumed.packStartMs} ms, ${assumed.packFileMs} ms a file and 1 s for ${bytesText(assumed.packBytesPerSecond)}; no redirects, no second attempts`,
  ];
}

function fromText({ folders, folderCount }: EstimateGroup): string {
  return `${safeText(folders[0] ?? '-')}${folderCount > 1 ? ` and ${folderCount - 1} more` : ''}`;
}

function countOf({ open, start, poll, download }: Calls): number {
  return open + start + poll + download;
}

function shortTime(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : durationText(ms);
}
