import type { FindingStatus } from '@filesource/core';
import { exitCodes, type ExitCode } from '../../exit-codes.ts';
import type { Output, Style } from '../../output.ts';
import { jsonLine, padEnd, safeText } from '../../render/safe-text.ts';
import { countText } from '../../render/values.ts';
import type { SourceFinding } from './source-finding.ts';

const styles: Readonly<Record<FindingStatus, Style>> = { ok: 'green', warning: 'yellow', failed: 'red', skipped: 'dim' };
const statusWidth = 8;
const checkWidth = 13;

/** Findings of one source as lines under its name, or as one JSON object a line. */
export async function showFindings(out: Output, title: string, findings: readonly SourceFinding[], json: boolean): Promise<void> {
  if (json) {
    for (const finding of findings) await out.lineIfRead(jsonLine(finding));
    return;
  }
  await out.lineIfRead(out.style('bold', safeText(title)));
  const indent = ' '.repeat(2 + statusWidth + checkWidth);
  for (const { status, check, message, advice } of findings) {
    const lines = message.split('\n').map(safeText).join(`\n${indent}`);
    await out.lineIfRead(`  ${out.style(styles[status], padEnd(status, statusWidth))}${padEnd(safeText(check), checkWidth)}${lines}`);
    if (advice !== undefined) await out.lineIfRead(`${indent}→ ${safeText(advice)}`);
  }
}

export async function showSummary(out: Output, findings: readonly SourceFinding[]): Promise<void> {
  const count = (status: FindingStatus): number => findings.filter((finding) => finding.status === status).length;
  const failed = count('failed');
  const rest = [countText(count('warning'), 'warning'), `${count('ok')} ok`, `${count('skipped')} skipped`].join(', ');
  await out.lineIfRead(`${out.style(failed === 0 ? 'green' : 'red', failed === 0 ? 'Nothing failed' : `${failed} failed`)}; ${rest}.`);
}

export function exitCodeOfFindings(findings: readonly SourceFinding[]): ExitCode {
  return findings.some(({ status }) => status === 'failed') ? exitCodes.failed : exitCodes.done;
}
