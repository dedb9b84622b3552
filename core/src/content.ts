import type { Readable } from 'node:stream';

/** `offset` bytes are skipped; `length` bytes follow, or all that are left. */
export interface ByteRange {
  readonly offset: number;
  readonly length?: number;
}

export interface OpenOptions {
  readonly range?: ByteRange;
  readonly signal?: AbortSignal;
  /**
   * Files whose bytes are asked for at once, counted over all calls with this number; default: `limits.maxOpening`, and without effect where a source has no such limit.
   * - For callers that open more than that together. At most `limits.maxConcurrency`.
   */
  readonly concurrency?: number;
}

/**
 * The bytes of a file, or of a range of it.
 * - `body` fails with `truncated` when it ends before its announced size.
 * - Destroying `body` before its end closes the vendor's socket.
 */
export interface Content {
  readonly body: Readable;
  /** Bytes that `body` will give; `null` when the vendor does not say. */
  readonly size: number | null;
  /** Bytes of the whole file. */
  readonly totalSize: number | null;
  /** Where in the file `body` starts. */
  readonly offset: number;
  /** Bytes before `offset` that the vendor sends all the same, and that are read and thrown away before the first of `body`; missing: none. */
  readonly skippedBytes?: number;
  readonly mediaType: string | null;
  readonly name: string | null;
  /** Changes when the content changes; compared before a transfer is continued. */
  readonly validator: string | null;
}
