import { FileSourceError, type Clock, type FileSource, type Hashing } from '@filesource/core';
import type { TransferListener } from '../events.ts';
import { pullWays, type PullWay } from './weigh.ts';

export interface PullOptions {
  /** Gives a source by the name in a ref; throws for an unknown one. */
  readonly sources: { get(name: string): FileSource };
  readonly refs: readonly string[];
  readonly directory: string;
  /**
   * Files in flight at once; default 8.
   * - More than 1 lets small files go beside these where a source opens many with one request: two requests' worth (`limits.openBatch`).
   *   Bytes that each of them has to be asked for by itself are asked for at once for no more files than this.
   */
  readonly concurrency?: number;
  /** Default `auto`: many small files come in archives where the vendor makes them and that is clearly cheaper. The proof is the same. */
  readonly by?: PullWay;
  /** Lists and writes nothing but the receipt: rows are `planned`. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  readonly clock: Clock;
  readonly hashing: Hashing;
  readonly onEvent?: TransferListener;
  /** Where the receipt is written, also when the pull throws. */
  readonly receiptFile?: string;
}

export const defaultConcurrency = 8;

/** Throws `invalid-argument` for what no pull can be done with. */
export function checkPullOptions({ refs, signal, clock, hashing, concurrency, by = 'auto' }: PullOptions): void {
  if (typeof refs !== 'object' || typeof refs?.[Symbol.iterator] !== 'function') throw new FileSourceError('invalid-argument', 'a pull is of a list of refs', { advice: 'Write [ref] for one.' });
  if (typeof clock?.now !== 'function' || typeof hashing?.sha256 !== 'function') {
    throw new FileSourceError('invalid-argument', 'a pull needs a clock and hashing', { advice: 'Pass systemClock and nodeHashing of @filesource/container as `clock` and `hashing`.' });
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw new FileSourceError('invalid-argument', 'the signal of a pull is not an AbortSignal', { advice: 'Pass the `signal` of an AbortController, or leave it out.' });
  if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 1000)) {
    throw new FileSourceError('invalid-argument', `the concurrency is a whole number from 1 to 1000, not ${concurrency}`);
  }
  if (!pullWays.includes(by)) throw new FileSourceError('invalid-argument', `files are fetched by ${pullWays.join(', ')}, not ${JSON.stringify(by)}`);
}
