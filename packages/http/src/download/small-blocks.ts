import { BlockPool, handOver } from '@filesource/core';

const KiB = 1024;
/** Larger bodies have a block of their own. */
const mostShared = 8 * KiB;
/** Below what the system maps anew for each block, and takes back. */
const sharedBytes = 64 * KiB;
/** Smaller blocks are quickly made. */
const leastUsedAgain = 32 * KiB;
const sizesUsedAgain = [64 * KiB, 128 * KiB, 256 * KiB];
/** Of one size, that nobody uses. */
const mostFreeBytes = 8 * KiB * KiB;
/** Of a block: a body that fills less of it gets a smaller one. */
const leastUsed = 0.5;

/**
 * Blocks for small bodies: making one takes longer than filling it.
 * - The smallest ones are cut from larger blocks. Whoever keeps the bytes of one body keeps the block that it was cut from, which is bounded.
 * - The largest ones are used again where they are given back; a bounded number of them lies free for that.
 * - A connection that brought a body for one of those has the next answer read into such a block: then nothing is copied.
 */
export class SmallBlocks {
  readonly #pools = sizesUsedAgain.map((blockBytes) => ({ blockBytes, pool: new BlockPool({ blockBytes, mostFree: mostFreeBytes / blockBytes }) }));
  #shared = Buffer.alloc(0);
  #used = 0;

  take(bytes: number): Buffer {
    if (bytes <= mostShared) return this.#cut(bytes);
    const pool = this.#poolFor(bytes);
    if (pool === undefined) return Buffer.allocUnsafeSlow(bytes);
    const block = pool.take().subarray(0, bytes);
    handOver(block, pool);
    return block;
  }

  /** Room for a whole answer of about so many bytes, which is read into it head and all; `undefined` where its body is better copied. */
  takeRoom(bytes: number): Buffer<ArrayBuffer> | undefined {
    return this.#poolFor(bytes)?.take();
  }

  /** The body out of a room that holds its answer; `undefined` where it does not fit in there, or leaves too much of it empty. */
  cutFrom(room: Buffer<ArrayBuffer>, start: number, bytes: number): Buffer | undefined {
    const pool = this.#poolFor(room.length);
    if (pool === undefined || start + bytes > room.length || bytes < room.length * leastUsed) return undefined;
    const body = room.subarray(start, start + bytes);
    handOver(body, pool);
    return body;
  }

  /** Keeps nothing for further bodies until one comes. */
  rest(): void {
    for (const { pool } of this.#pools) pool.rest();
  }

  #poolFor(bytes: number): BlockPool | undefined {
    return bytes <= leastUsedAgain ? undefined : this.#pools.find(({ blockBytes }) => blockBytes >= bytes)?.pool;
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
