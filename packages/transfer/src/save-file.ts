import { FileSourceError, type FileSource, type Hashing } from '@filesource/core';
import type { ReceiptFile } from './receipt.ts';

export interface SaveFileOptions {
  readonly source: FileSource;
  readonly ref: string;
  readonly file: string;
  readonly signal?: AbortSignal;
  readonly hashing: Hashing;
  /** Called now and then with the bytes so far. */
  readonly onProgress?: (bytes: number, totalBytes: number | null) => void;
}

export async function saveFile(_options: SaveFileOptions): Promise<ReceiptFile> {
  throw new FileSourceError('unsupported', 'not written yet');
}
