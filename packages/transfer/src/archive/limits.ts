/** Ceilings against archives that are small on the wire and endless on disk. */
export interface ArchiveLimits {
  readonly maxEntries: number;
  /** Of all entries together, unpacked. */
  readonly maxBytes: number;
  /** Unpacked bytes for each packed one, over the whole archive; applied from 64 MiB on. */
  readonly maxRatio: number;
}

/** No honest deflate reaches a ratio over 1,032. */
export const defaultArchiveLimits: ArchiveLimits = { maxEntries: 1_000_000, maxBytes: 2 ** 40, maxRatio: 1_100 };
