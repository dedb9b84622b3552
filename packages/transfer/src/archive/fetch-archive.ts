import { FileSourceError, type Clock, type FileSource, type Hashing } from '@filesource/core';
import type { TransferListener } from '../events.ts';
import type { Receipt } from '../receipt.ts';
import type { ArchiveLimits } from './limits.ts';

export interface FetchArchiveOptions {
  readonly source: FileSource;
  readonly refs: readonly string[];
  /** File id to the ending that it is converted to, such as `.pdf`. */
  readonly convert?: Readonly<Record<string, string>>;
  /** Keep the archive whole in a file, or unpack it into a directory. */
  readonly to: { readonly file: string } | { readonly directory: string };
  readonly signal?: AbortSignal;
  readonly clock: Clock;
  readonly hashing: Hashing;
  readonly onEvent?: TransferListener;
  readonly limits?: Partial<ArchiveLimits>;
  /** Longest wait for the vendor's operation; default: no limit. */
  readonly timeoutMs?: number;
  /** Where the receipt is written. */
  readonly receiptFile?: string;
}

export async function fetchArchive(_options: FetchArchiveOptions): Promise<Receipt> {
  throw new FileSourceError('unsupported', 'not written yet');
}
