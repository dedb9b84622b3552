import type { PullEstimate, PullOptions, PullWay, Receipt, ReceiptFile } from '@filesource/transfer';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { estimateLines } from '../render/estimate-text.ts';
import { jsonLine, safeText } from '../render/safe-text.ts';
import { Table } from '../render/table.ts';
import { bytesText } from '../render/values.ts';
import { runTransfer } from '../transfer-command.ts';

export interface PullCommandOptions {
  readonly to: string;
  readonly receipt?: string;
  readonly concurrency?: number;
  readonly by?: PullWay;
  readonly dryRun?: boolean;
  readonly explain?: boolean;
  readonly json?: boolean;
}

export async function pull(context: CliContext, refs: readonly string[], options: PullCommandOptions): Promise<ExitCode> {
  for (const ref of refs) await context.resolve(ref);
  const [transfer, { nodeHashing: hashing, systemClock: clock }, sources] = await Promise.all([import('@filesource/transfer'), import('@filesource/container'), context.sources()]);
  const json = options.json === true;
  const isDryRun = options.dryRun === true || options.explain === true;
  let estimate: PullEstimate | undefined;
  const explain = async (given: PullOptions): Promise<Receipt> => {
    const explained = await transfer.explainPull(given);
    ({ estimate } = explained);
    if (json) context.out.tell(jsonLine({ type: 'estimate', ...estimate }));
    return explained.receipt;
  };
  const show = async (receipt: Receipt): Promise<void> => {
    if (options.dryRun === true) await showPlan(context, receipt.files);
    if (estimate !== undefined) await showEstimate(context, estimate);
  };
  return runTransfer(context, {
    label: 'pull',
    json,
    isDryRun,
    target: options.to,
    receiptFile: options.receipt,
    refs,
    show,
    run: (onEvent) =>
      (options.explain === true ? explain : transfer.pull)({
        sources,
        refs,
        directory: context.path(options.to),
        dryRun: isDryRun,
        signal: context.signal,
        clock,
        hashing,
        onEvent,
        ...(options.by === undefined ? {} : { by: options.by }),
        ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
        ...(options.receipt === undefined ? {} : { receiptFile: context.path(options.receipt) }),
      }),
  });
}

async function showEstimate({ out }: CliContext, estimate: PullEstimate): Promise<void> {
  for (const line of estimateLines(estimate, (text) => out.style('bold', text))) await out.line(line);
}

async function showPlan({ out }: CliContext, files: readonly ReceiptFile[]): Promise<void> {
  const table = new Table([{ title: 'REF' }, { title: 'SIZE', align: 'right' }, { title: 'PATH' }]);
  const rows = files.filter((file) => file.status === 'planned').map((file) => [safeText(file.ref), bytesText(file.size), safeText(file.path ?? '-')]);
  const lines = table.lines(rows);
  if (lines.length > 0) await out.lines([out.style('bold', table.header()), ...lines]);
}
