/** So many pieces are put together at a time; of a usual answer there are fewer. */
const mostPieces = 1024;

/**
 * Bytes that come in pieces and are wanted as a whole.
 * - Small pieces are put together on the way: a server may send one byte at a time, and each piece takes a hundred times that.
 */
export class GatheredBytes {
  readonly #blocks: Buffer[] = [];
  #pieces: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#length += piece.length;
    this.#pieces.push(piece);
    if (this.#pieces.length < mostPieces) return;
    this.#blocks.push(Buffer.concat(this.#pieces));
    this.#pieces = [];
  }

  /** All of them so far. */
  whole(): Buffer {
    const all = this.#blocks.length === 0 ? this.#pieces : [...this.#blocks, ...this.#pieces];
    const [first] = all;
    return all.length === 1 && first !== undefined ? first : Buffer.concat(all, this.#length);
  }
}
