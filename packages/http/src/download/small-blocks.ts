/** Larger bodies have a block of their own. */
const mostBytes = 8 * 1024;
const sharedBytes = 128 * 1024;

/**
 * Blocks for small bodies, cut from larger ones: making one takes longer than filling it.
 * - Whoever keeps the bytes of one body keeps the block that it was cut from, which is bounded.
 */
export class SmallBlocks {
  #shared = Buffer.alloc(0);
  #used = 0;

  take(bytes: number): Buffer {
    if (bytes > mostBytes) return Buffer.allocUnsafeSlow(bytes);
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
