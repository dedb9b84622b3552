/**
 * Blocks of memory that bodies are read into, used again and again: making new ones keeps the garbage collector as busy as all else.
 * - A block may hold what was in it before.
 */
export class BlockPool {
  readonly #blockBytes: number;
  readonly #mostFree: number;
  #free: ArrayBuffer[] = [];
  #isResting = false;

  constructor({ blockBytes, mostFree }: { readonly blockBytes: number; readonly mostFree: number }) {
    this.#blockBytes = blockBytes;
    this.#mostFree = mostFree;
  }

  take(): Buffer<ArrayBuffer> {
    this.#isResting = false;
    const block = this.#free.pop();
    return block === undefined ? Buffer.allocUnsafeSlow(this.#blockBytes) : Buffer.from(block);
  }

  /** Takes a block back that nobody looks at any more. */
  giveBack(block: ArrayBuffer): void {
    if (!this.#isResting && block.byteLength === this.#blockBytes && this.#free.length < this.#mostFree) this.#free.push(block);
  }

  /** Keeps nothing until a block is taken again. */
  rest(): void {
    this.#isResting = true;
    this.#free = [];
  }
}
