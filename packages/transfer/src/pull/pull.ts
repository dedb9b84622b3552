import { FileSourceError, type Clock, type FileSource, type Hashing } from '@filesource/core';
import type { TransferListener } from '../events.ts';
import type { Receipt } from '../receipt.ts';

export interface PullOptions {
  /** Gives a source by the name in a ref; throws for an unknown one. */
  readonly sources: { get(name: string): FileSource };
  readonly refs: readonly string[];
  readonly directory: string;
  /** Files in flight at once; default 8. */
  readonly concurrency?: number;
  /** Lists and writes nothing but the receipt: rows are `planned`. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  readonly clock: Clock;
  readonly hashing: Hashing;
  readonly onEvent?: TransferListener;
  /** Where the receipt is written, also when the pull throws. */
  readonly receiptFile?: string;
}

export async function pull(_options: PullOptions): Promise<Receipt> {
  throw new FileSourceError('unsupported', 'not written yet');
}
