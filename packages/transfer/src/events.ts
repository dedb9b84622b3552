import type { ErrorKind, FileSourceError } from '@filesource/core';
import type { Receipt } from './receipt.ts';

/** An error as receipts and events show it; redacted, without a link. */
export interface TransferError {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly advice?: string;
}

/**
 * What a transfer tells while it runs; every event can be printed as JSON and none holds a link.
 * - `planned` comes once, when everything is listed; files may have started before. `bytes` is `null` when a size is not known.
 * - `journal-damaged` comes first: what an earlier run noted cannot be trusted, is set aside below that name, and everything is fetched anew.
 * - `folder-empty` comes before `planned`, for a folder that was asked for and has no file in or below it: some vendors list one that does not exist in the same way.
 * - `progress` comes now and then and after each file; its totals grow until `planned`.
 * - `operation-progress` is the vendor's own, while it packs an archive.
 * - `done` comes last; of a pull also when it then throws, while an archive that fails tells only why.
 */
export type TransferEvent =
  | { readonly type: 'journal-damaged'; readonly path: string }
  | { readonly type: 'folder-empty'; readonly ref: string }
  | { readonly type: 'planned'; readonly files: number; readonly bytes: number | null }
  | { readonly type: 'file-started'; readonly ref: string; readonly path: string; readonly size: number | null }
  | { readonly type: 'progress'; readonly files: number; readonly totalFiles: number; readonly bytes: number; readonly totalBytes: number | null }
  | { readonly type: 'file-done'; readonly ref: string; readonly path: string; readonly size: number; readonly sha256: string }
  | { readonly type: 'file-failed'; readonly ref: string; readonly error: TransferError }
  | { readonly type: 'operation-progress'; readonly percent: number | null; readonly processed: number | null }
  | { readonly type: 'done'; readonly complete: boolean; readonly totals: Receipt['totals'] };

/**
 * What it throws ends the transfer, and so does a rejection of a promise that it gives back.
 * - Such a promise is not waited for before the next event, but before the end of the transfer.
 */
export type TransferListener = (event: TransferEvent) => unknown;

export function toTransferError(error: FileSourceError): TransferError {
  return { kind: error.kind, message: error.message, ...(error.advice === undefined ? {} : { advice: error.advice }) };
}
