import type { Receipt, ReceiptFile, TransferListener } from '@filesource/transfer';
import type { CliContext } from './context.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.ts';
import { createBarView, createEventView, createPlainView, noView, type ProgressView, type ViewOptions } from './render/progress-view.ts';
import { jsonLine, safeText } from './render/safe-text.ts';
import { bytesText, countText, durationText } from './render/values.ts';

const mostNamed = 50;

export interface TransferCommand {
  readonly label: 'pull' | 'archive';
  readonly json: boolean;
  readonly isDryRun: boolean;
  /** As the user wrote it, for the summary. */
  readonly target: string;
  /** As the user wrote it. */
  readonly receiptFile: string | undefined;
  readonly refs: readonly string[];
  readonly run: (onEvent: TransferListener) => Promise<Receipt>;
  /** Shown once the progress is gone, for people only. */
  readonly show?: (receipt: Receipt) => Promise<void>;
}

/** Runs a transfer with its progress shown, tells how it ended, and names what is missing. */
export async function runTransfer(context: CliContext, command: TransferCommand): Promise<ExitCode> {
  const { out, err } = context;
  const view = viewFor(context, command);
  let totals: Receipt['totals'] | undefined;
  let receipt: Receipt;
  try {
    receipt = await command.run((event) => {
      if (event.type === 'done') totals = event.totals;
      view.take(event);
    });
  } catch (error) {
    view.stop();
    if (!command.json && totals !== undefined) err.tell(`${command.label}: ended early with ${totals.ok} of ${countText(totals.files, 'file')}${receiptText(command)}`);
    throw error;
  }
  view.stop();
  if (command.json) {
    await out.lineIfRead(jsonLine({ type: 'receipt', ...receipt }));
    for (const { ref, status, error } of missingFiles(receipt)) err.tell(jsonLine({ error: { kind: 'unexpected', message: status, ...error, ref } }));
  } else {
    await command.show?.(receipt);
    for (const line of endLines(context, command, receipt)) err.tell(line);
  }
  return exitCodeOfReceipt(receipt, command.refs);
}

/** Log lines and a bar that redraws itself do not go together on one stream. */
function viewFor({ out, err, logLevel }: CliContext, { json, label, isDryRun }: TransferCommand): ProgressView {
  if (json) return createEventView(out);
  const options: ViewOptions = { label, countsFiles: label === 'pull', now: () => performance.now() };
  if (err.isTerminal && logLevel === undefined) return createBarView(err, options);
  return isDryRun ? noView : createPlainView(err, options);
}

/**
 * - A receipt of what came in part is `incomplete`.
 * - Nothing came, and every ref itself failed: `failed`, or `usage` where each was a bad ref.
 */
export function exitCodeOfReceipt(receipt: Receipt, refs: readonly string[]): ExitCode {
  const { complete, files } = receipt;
  const bad = missingFiles(receipt);
  if (complete || (receipt.dryRun === true && bad.length === 0)) return exitCodes.done;
  const isTotal = bad.length > 0 && bad.length === files.length && bad.every((file) => refs.includes(file.ref));
  if (!isTotal) return exitCodes.incomplete;
  const codes = bad.map(({ error }) => (error === undefined ? exitCodes.failed : exitCodeOf(error, false)));
  return codes.every((code) => code === exitCodes.usage) ? exitCodes.usage : exitCodes.failed;
}

function endLines({ err }: CliContext, command: TransferCommand, receipt: Receipt): readonly string[] {
  const { totals, files } = receipt;
  const lines: string[] = [];
  if (receipt.warning !== undefined) lines.push(`filesource: the vendor says: ${safeText(receipt.warning)}`);
  if (receipt.dryRun === true) lines.push(`${command.label}: would fetch ${countText(files.filter((file) => file.status === 'planned').length, 'file')}, ${bytesText(totals.bytes)}`);
  else {
    const took = durationText(Date.parse(receipt.finished) - Date.parse(receipt.started));
    const word = receipt.complete ? err.style('green', 'complete') : err.style('yellow', 'incomplete');
    lines.push(`${command.label}: ${word}: ${totals.ok} of ${countText(totals.files, 'file')}, ${bytesText(totals.bytes)} in ${took}, to ${safeText(command.target)}${receiptText(command)}`);
  }
  if (receipt.format === 'single') lines.push(`${command.label}: the vendor sent the one file as it is, not packed`);
  if (receipt.format === 'tar.gz') lines.push(`${command.label}: the vendor made a tar.gz`);
  const extras = receipt.extras ?? [];
  if (extras.length > 0) {
    const named = extras.slice(0, mostNamed).map((path) => safeText(JSON.stringify(path)));
    lines.push(`filesource: ${extras.length === 1 ? '1 entry' : `${extras.length} entries`} that nobody asked for: ${named.join(', ')}${extras.length > named.length ? ', …' : ''}`);
  }
  return [...lines, ...missingLines(receipt, command.receiptFile !== undefined)];
}

function receiptText({ receiptFile }: TransferCommand): string {
  return receiptFile === undefined ? '' : `; receipt: ${safeText(receiptFile)}`;
}

function missingFiles({ files }: Receipt): readonly ReceiptFile[] {
  return files.filter((file) => file.status === 'failed' || file.status === 'missing');
}

/** All of them where no receipt names them. */
function missingLines(receipt: Receipt, hasReceipt: boolean): readonly string[] {
  const bad = missingFiles(receipt);
  const named = hasReceipt ? bad.slice(0, mostNamed) : bad;
  const lines = named.flatMap(({ ref, name, status, error }) => {
    const what = name === null ? '' : ` ${safeText(JSON.stringify(name))}`;
    const why = error === undefined ? '' : `: ${safeText(error.message)} (${error.kind})`;
    return [`filesource: ${safeText(ref)}: ${status}${what}${why}`, ...(error?.advice === undefined ? [] : [`  → ${safeText(error.advice)}`])];
  });
  const rest = bad.length - named.length;
  return rest === 0 ? lines : [...lines, `filesource: … and ${rest} more; the receipt names them all`];
}
