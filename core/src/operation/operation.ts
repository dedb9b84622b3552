import type { FileSourceError } from '../errors/file-source-error.ts';
import type { Progress } from './progress.ts';

export interface WaitOptions {
  /** Ends this wait only: the operation and other waiters go on. */
  readonly signal?: AbortSignal;
  /** Longest wait; a `timeout` error then says what was seen. Default: no limit. */
  readonly timeoutMs?: number;
}

/**
 * A long-running job of a vendor, as something to hold.
 * - Not a promise: it can be returned from async functions.
 * - The vendor is asked only while somebody waits, and from one place however many wait.
 */
export interface Operation<T> {
  readonly progress: Progress;
  /**
   * What another process attaches by; `null` where nothing outlives this one.
   * - Ask for it anew once the end was seen: a vendor that tells an end once makes the earlier one useless then.
   * - In an adapter: the vendor's own id of the job, of letters, digits and `. _ ~ + / = -`; core makes the token of it.
   */
  readonly token: string | null;
  /** Every change of progress, the last one included; ends with the operation and throws its error. */
  watch(options?: WaitOptions): AsyncIterable<Progress>;
  /** The result, once there is one; throws the operation's error. Can be called again. */
  result(options?: WaitOptions): Promise<T>;
  /** Asks the vendor to stop; waiters then get an `aborted` error. Does nothing after the end. */
  cancel(options?: { readonly signal?: AbortSignal }): Promise<void>;
}

/** What one look at the vendor's job showed. */
export type Observation<T> =
  | { readonly status: 'running'; readonly percent?: number | null; readonly processed?: number | null; readonly retryAfterMs?: number }
  | { readonly status: 'succeeded'; readonly result: T }
  | { readonly status: 'failed'; readonly error: FileSourceError };
