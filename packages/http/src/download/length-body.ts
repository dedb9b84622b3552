import { Readable } from 'node:stream';
import { abortError, handOver, willHandOver, type BlockPool } from '@filesource/core';
import { truncated } from '../answer-body.ts';
import type { Connection, Receiver } from './connection.ts';

/** Bytes are read straight into blocks of this size, which then are the chunks of the stream. Larger ones, once used, lie about for longer. */
export const blockBytes = 512 * 1024;
/** A block with less room than this is full: a read into the rest of it would bring too little. */
const leastRoomBytes = 64 * 1024;
/** So long bytes wait for more of them, unless their block is full: TLS brings 16 KiB at a time, and a chunk for each would cost more than they do. */
const lingerMs = 3;

export interface LengthBodyOptions {
  readonly connection: Connection;
  /** Where blocks of {@link blockBytes} come from and go to. */
  readonly blocks: BlockPool;
  /** Bytes that are announced. */
  readonly length: number;
  readonly signal: AbortSignal | undefined;
  /** What came already: a block, and how much of it is filled. */
  readonly first: { readonly block: Buffer; readonly filled: number };
  /** Called when all of it came; the connection is free then. */
  readonly onComplete: () => void;
}

/**
 * The body of an answer that said how long it is: it comes whole or fails by name, and its errors hold no part of the request.
 * - Destroying it before all of it came closes the connection.
 * - Reads no further ahead than one block, and one that is being filled.
 */
export class LengthBody extends Readable implements Receiver {
  readonly #options: LengthBodyOptions;
  /** Made here and not in the constructor: V8 puts a function that is assigned to a property among the old objects, and all it leads to stays. */
  readonly #onAbort = (): void => {
    const { signal } = this.#options;
    if (signal !== undefined) this.destroy(abortError(signal));
  };
  #block: Buffer;
  #filled: number;
  #given = 0;
  #received: number;
  #isWaiting = false;
  #lingering: NodeJS.Timeout | undefined;

  /** Room for what comes first of a body of that length. */
  static firstBlockBytes(length: number): number {
    return Math.min(blockBytes, length);
  }

  constructor(options: LengthBodyOptions) {
    super({ highWaterMark: blockBytes });
    this.#options = options;
    this.#block = options.first.block;
    this.#filled = options.first.filled;
    this.#received = options.first.filled;
    willHandOver(this);
    // A body that is given up before anybody reads it must not end the process; whoever reads it gets the error all the same.
    this.on('error', () => undefined);
    const { signal } = options;
    if (signal?.aborted === true) this.#onAbort();
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#giveSoon();
  }

  room(): Uint8Array {
    if (this.#block.length - this.#filled < Math.min(leastRoomBytes, this.#missing)) {
      this.#give(true);
      this.#block = this.#missing < blockBytes ? Buffer.allocUnsafeSlow(this.#missing) : this.#options.blocks.take();
      this.#filled = 0;
      this.#given = 0;
    }
    return this.#block.subarray(this.#filled, this.#filled + this.#missing);
  }

  accept(bytes: number): boolean {
    this.#filled += bytes;
    this.#received += bytes;
    if (this.#missing === 0) {
      this.#stopListening();
      this.#options.onComplete();
      this.#give();
      this.push(null);
    } else {
      this.#giveSoon();
    }
    return !this.#isWaiting;
  }

  lost(error: Error | undefined): void {
    this.#give();
    this.destroy(truncated(this.#received, this.#options.length, error));
  }

  override _read(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#options.connection.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stopListening();
    clearTimeout(this.#lingering);
    if (this.#missing > 0) this.#options.connection.destroy();
    done(error);
  }

  get #missing(): number {
    return this.#options.length - this.#received;
  }

  #giveSoon(): void {
    this.#lingering ??= setTimeout(() => this.#give(), lingerMs);
  }

  /** What of the block was not given yet; `isLast` when nothing more will be read into it. */
  #give(isLast = false): void {
    clearTimeout(this.#lingering);
    this.#lingering = undefined;
    if (this.#given === this.#filled || this.destroyed) return;
    const chunk = this.#block.subarray(this.#given, this.#filled);
    if (isLast && this.#given === 0 && this.#block.length === blockBytes) handOver(chunk, this.#options.blocks);
    this.#given = this.#filled;
    if (this.push(chunk) || this.#missing === 0 || this.destroyed) return;
    this.#isWaiting = true;
    this.#options.connection.pause();
  }

  #stopListening(): void {
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
  }
}
