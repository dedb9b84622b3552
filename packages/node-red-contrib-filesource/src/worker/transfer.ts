import type { Receipt, TransferEvent } from '@filesource/transfer';
import { bytesText, type Outcome } from './status.ts';
import type { Work, WorkerDef } from './worker.ts';

/** Longer receipts are not sent whole: messages are copied for every wire. */
const mostRows = 500;

/** What a message holds of a receipt: all of it but for rows beyond 500, which are in the receipt file only. */
function receiptPayload(receipt: Receipt, receiptFile: string): Readonly<Record<string, unknown>> {
  const left = receipt.files.length - mostRows;
  return { ...receipt, files: receipt.files.slice(0, mostRows), ...(left > 0 ? { filesLeftOut: left } : {}), receiptFile };
}

/** A complete transfer leaves by the first output, one that lacks files by the second. */
export function sendReceipt(work: Work<WorkerDef>, receipt: Receipt, receiptFile: string): Outcome {
  const { complete, totals } = receipt;
  const told = { ...work.msg, payload: receiptPayload(receipt, receiptFile) };
  work.send(...(complete ? [told, null] : [null, told]));
  const counts = { count: totals.files, ok: totals.ok, lost: totals.files - totals.ok, size: bytesText(totals.bytes) };
  return { complete, text: work.text(complete ? 'done' : 'incomplete', counts) };
}

/** An event of a transfer as the text of a status; `undefined` for those that say nothing new. */
export function progressText(event: TransferEvent, text: Work<WorkerDef>['text']): string | undefined {
  if (event.type === 'operation-progress') return text('packing', { percent: event.percent === null ? '' : ` ${Math.floor(event.percent)} %` });
  if (event.type !== 'progress') return undefined;
  const { files, totalFiles, bytes, totalBytes } = event;
  const share = totalBytes === null || totalBytes === 0 ? '' : `, ${Math.min(100, Math.floor((100 * bytes) / totalBytes))} %`;
  return files === 0 && totalBytes !== null ? `${bytesText(bytes)}${share}` : text('files', { files, totalFiles, share });
}
