import type { ReceiptFile } from '@filesource/transfer';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { safeText } from '../render/safe-text.ts';
import { Table } from '../render/table.ts';
import { bytesText } from '../render/values.ts';
import { runTransfer } from '../transfer-command.ts';

export interface PullCommandOptions {
  readonly to: string;
  readonly receipt?: string;
  readonly concurrency?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export async function pull(context: CliContext, refs: readonly string[], options: PullCommandOptions): Promise<ExitCode> {
  for (const ref of refs) await context.resolve(ref);
  const [transfer, { systemPorts }, sources] = await Promise.all([import('@filesource/transfer'), import('@filesource/container'), context.sources()]);
  const { clock, hashing } = systemPorts();
  return runTransfer(context, {
    label: 'pull',
    json: options.json === true,
    isDryRun: options.dryRun === true,
    target: options.to,
    receiptFile: options.receipt,
    refs,
    ...(options.dryRun === true ? { show: (receipt) => showPlan(context, receipt.files) } : {}),
    run: (onEvent) =>
      transfer.pull({
        sources,
        refs,
        directory: context.path(options.to),
        dryRun: options.dryRun === true,
        signal: context.signal,
        clock,
        hashing,
        onEvent,
        ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
        ...(options.receipt === undefined ? {} : { receiptFile: context.path(options.receipt) }),
      }),
  });
}

async function showPlan({ out }: CliContext, files: readonly ReceiptFile[]): Promise<void> {
  const table = new Table([{ title: 'REF' }, { title: 'SIZE', align: 'right' }, { title: 'PATH' }]);
  const rows = files.filter((file) => file.status === 'planned').map((file) => [safeText(file.ref), bytesText(file.size), safeText(file.path ?? '-')]);
  table.fit(rows);
  if (rows.length > 0) await out.line(out.style('bold', table.header()));
  for (const line of table.lines(rows)) await out.line(line);
}
