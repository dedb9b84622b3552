import { FileSourceError } from '@filesource/core';
import { toTransferError } from '../events.ts';
import type { ReceiptFile } from '../receipt.ts';

/** A row of the receipt while the pull runs. */
export interface Row {
  readonly ref: string;
  readonly name: string | null;
  readonly path: string | null;
  size: number | null;
  sha256: string | null;
  status: 'planned' | 'ok' | 'failed' | 'missing';
  error?: FileSourceError;
}

/** The rows of one ref or folder, and those of the folders in it: keeps the order, whatever arrives first. */
export interface RowGroup {
  /** Stands for the group as long as it is not listed. */
  readonly ref: string;
  readonly name: string | null;
  isListed: boolean;
  readonly rows: Row[];
  readonly below: RowGroup[];
}

export function createRowGroup(ref: string, name: string | null = null): RowGroup {
  return { ref, name, isListed: false, rows: [], below: [] };
}

/** Listed to its end, with nothing in it or below. */
export function isEmptyGroup({ isListed, rows, below }: RowGroup): boolean {
  return isListed && rows.length === 0 && below.every(isEmptyGroup);
}

/** A row for what could not even be listed. */
export function lostRow(ref: string, name: string | null, error: FileSourceError): Row {
  return { ref, name, path: null, size: null, sha256: null, status: error.kind === 'not-found' ? 'missing' : 'failed', error };
}

/** All rows in order; what a pull that ended early did not get to is `missing`. */
export function receiptRows(groups: readonly RowGroup[], isDryRun: boolean): ReceiptFile[] {
  const unreached = new FileSourceError('aborted', 'not reached: the pull ended before', { advice: 'Run it again.' });
  const files: ReceiptFile[] = [];
  const collect = (group: RowGroup): void => {
    if (!group.isListed) files.push(toReceiptFile({ ...lostRow(group.ref, group.name, unreached), status: 'missing' }));
    for (const row of group.rows) {
      files.push(toReceiptFile(row.status === 'planned' && !isDryRun ? { ...row, status: 'missing', error: unreached } : row));
    }
    for (const inner of group.below) collect(inner);
  };
  for (const group of groups) collect(group);
  return files;
}

/** Named one by one: there may be a million, and copying what is left over takes ten times as long. */
function toReceiptFile({ ref, name, path, size, sha256, status, error }: Row): ReceiptFile {
  const file = { ref, name, path, size, sha256, status };
  return error === undefined ? file : { ...file, error: toTransferError(error) };
}
