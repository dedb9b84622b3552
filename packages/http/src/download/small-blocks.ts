import { BlockPool, handOver } from '@filesource/core';

const KiB = 1024;
/** Larger bodies have a block of their own. */
const mostShared = 8 * KiB;
const sharedBytes = 128 * KiB;
/** Smaller blocks are quickly made. */
const leastUsedAgain = 32 * KiB;
const sizesUsedAgain = [64 * KiB, 128 * KiB, 256 * KiB];
/** Of one size, that nobody uses. */
const mostFreeBytes = 6 * KiB * KiB;

/**
 * Blocks for small bodies: making one takes longer than filling it.
 * - The smallest ones are cut from larger blocks. Whoever keeps the bytes of one body keeps the block that it was cut from, which is bounded.
 * - The largest ones are used again where they are given back; a bounded number of them lies free for that.
 */
export class SmallBlocks {
  readonly #pools = sizesUsedAgain.map((blockBytes) => ({ blockBytes, pool: new BlockPool({ blockBytes, mostFree: mostFreeBytes / blockBytes }) }));
  #shared = Buffer.alloc(0);
  #used = 0;

  take(bytes: number): Buffer {
    if (bytes <= mostShared) return this.#cut(bytes);
    const pool = bytes <= leastUsedAgain ? undefined : this.#pools.find(({ blockBytes }) => blockBytes >= bytes)?.pool;
    if (pool === undefined) return Buffer.allocUnsafeSlow(bytes);
    const block = pool.take().subarray(0, bytes);
    handOver(block, pool);
    return block;
  }

  /** Keeps nothing for further bodies until one comes. */
  rest(): void {
    for (const { pool } of this.#pools) pool.rest();
  }

  #cut(bytes: number): Buffer {
    if (this.#shared.length - this.#used < bytes) {
      this.#shared = Buffer.allocUnsafeSlow(sharedBytes);
      this.#used = 0;
    }
    const block = this.#shared.subarray(this.#used, this.#used + bytes);
    // Views of 8 bytes may be laid over it.
    this.#used += Math.ceil(bytes / 8) * 8;
    return block;
  }
}
