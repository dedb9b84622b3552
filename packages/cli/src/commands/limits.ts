import type { ArchiveLimits } from '@filesource/transfer';

/** Each is an option of its own: `--max-entries`, `--max-bytes`, `--max-ratio`. */
export type LimitOptions = Partial<ArchiveLimits>;

/** The ceilings that the user sets in place of the usual ones. */
export function limitsOf({ maxEntries, maxBytes, maxRatio }: LimitOptions): Partial<ArchiveLimits> {
  return { ...(maxEntries === undefined ? {} : { maxEntries }), ...(maxBytes === undefined ? {} : { maxBytes }), ...(maxRatio === undefined ? {} : { maxRatio }) };
}
