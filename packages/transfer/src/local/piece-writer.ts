import type { BlockPool } from '@filesource/core';

/** Bytes of a file. */
export interface Piece {
  readonly chunk: Buffer;
  /** Where its block goes afterwards; only for a chunk that starts its block and is the only view of it. */
  readonly home: BlockPool | undefined;
}

/** Writes pieces of a file while the next ones arrive. */
export interface PieceWriter {
  /** Takes pieces that go to a position; what it returns, where it does, resolves when there is room for the next ones, and fails with what a write failed with. */
  add(pieces: readonly Piece[], position: number): Promise<void> | undefined;
  /** Resolves when all that was added is written; fails with what the first write failed with that did. */
  idle(): Promise<void>;
}
