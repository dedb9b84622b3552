/**
 * How a source does something.
 * - `native`: the vendor does it. `emulated`: filesource does it, at the cost named. `unsupported`: calling it fails, for the reason named.
 */
export type Support =
  | { readonly support: 'native'; readonly note?: string }
  | { readonly support: 'emulated'; readonly cost: string }
  | { readonly support: 'unsupported'; readonly reason: string };

/** The vendor's limits, and ours where the wire forces one; `null` means that none is known. */
export interface Limits {
  readonly maxPageSize: number;
  /** Largest file that can be opened, in bytes. */
  readonly maxContentBytes: number | null;
  readonly linkLifetimeMs: number | null;
  /** Calls in flight at once, for one account. */
  readonly maxConcurrency: number;
  /** Of them, all but `open` with a `concurrency` that is larger; missing: `maxConcurrency`. */
  readonly maxCalls?: number;
  /** Archives that one account may have running at once. */
  readonly maxArchives: number | null;
  /**
   * Files whose contents may share one request when they are opened at the same time; missing: 1.
   * - Where it is more, many small files are fetched fastest with about twice as many open at once.
   */
  readonly openBatch?: number;
  /** Bytes of files that share one request at most; missing: no bound. */
  readonly openBatchBytes?: number;
  /** From this many bytes on, files that wait together are spread over the requests that may be on their way at once; missing: one request is filled after the other. */
  readonly openBatchSpreadBytes?: number;
  /** A file above this shares no request and has one of its own; missing: no bound. */
  readonly openBatchFileBytes?: number;
  /**
   * Requests, one after the other, that opening one file takes; missing: 1. What a vendor's redirect adds does not count.
   * - Where `openBatch` is more than 1, the first of them is the one that is shared.
   */
  readonly requestsPerOpen?: number;
  /** The same for a file that was listed within the last minutes, and then none of them is shared; missing: no difference. */
  readonly requestsPerListedOpen?: number;
  /** Files whose own requests are under way at once where `open` is given no `concurrency`; missing: `maxConcurrency`. */
  readonly maxOpening?: number;
  /** What the config bounds the account to; missing: no bound. */
  readonly maxRequestsPerSecond?: number;
  readonly maxBytesPerSecond?: number;
}

/**
 * What a source can do; as it is with all layers, so a call can be decided on it.
 * - `openRange` is `open` with a range. `archiveConvert` is `archive` with conversions. `archiveCancel` is `cancel` of its operation.
 * - `archiveAttach` is `attach`: another process can take over an archive that is being made.
 */
export interface Capabilities {
  readonly list: Support;
  readonly stat: Support;
  readonly open: Support;
  readonly openRange: Support;
  readonly linkFile: Support;
  readonly linkFolder: Support;
  readonly archive: Support;
  readonly archiveConvert: Support;
  readonly archiveCancel: Support;
  readonly archiveAttach: Support;
  /** True when `open` holds the whole file in memory, because the vendor sends it inside another document. */
  readonly openInMemory: boolean;
  readonly limits: Limits;
}

export const capabilityNames = ['list', 'stat', 'open', 'openRange', 'linkFile', 'linkFolder', 'archive', 'archiveConvert', 'archiveCancel', 'archiveAttach'] as const;

export type CapabilityName = (typeof capabilityNames)[number];

export const native: Support = { support: 'native' };

export function emulated(cost: string): Support {
  return { support: 'emulated', cost };
}

export function unsupported(reason: string): Support {
  return { support: 'unsupported', reason };
}
