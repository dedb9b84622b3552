export type OperationStatus = 'running' | 'succeeded' | 'failed' | 'cancelled';

/** How far an operation is; what the vendor does not tell is `null`. */
export interface Progress {
  readonly status: OperationStatus;
  /** 0 to 100; never goes back. */
  readonly percent: number | null;
  /** Entries done so far, as the vendor counts them. */
  readonly processed: number | null;
  readonly elapsedMs: number;
}
