import type { Readable } from 'node:stream';
import { WholeBody } from '@filesource/core';
import { BrokenBody, truncated } from '../answer-body.ts';
import { wholePatienceMs } from '../whole-bodies.ts';
import type { Receiver } from './connection.ts';
import { LengthBody, type LengthBodyOptions } from './length-body.ts';

/** Takes a small body to its end, and hands it over whole; as a stream where it is slow; as one that fails where it breaks off. */
export class SmallBody implements Receiver {
  readonly #options: LengthBodyOptions;
  readonly #onBody: (body: Readable) => void;
  readonly #patience: NodeJS.Timeout;
  readonly #block: Buffer;
  #filled: number;

  constructor(options: LengthBodyOptions, onBody: (body: Readable) => void) {
    this.#options = options;
    this.#onBody = onBody;
    this.#block = options.first.block;
    this.#filled = options.first.filled;
    this.#patience = setTimeout(() => this.#flow(), wholePatienceMs);
  }

  room(): Uint8Array {
    return this.#block.subarray(this.#filled);
  }

  accept(bytes: number): boolean {
    this.#filled += bytes;
    if (this.#filled === this.#block.length) {
      this.giveUp();
      this.#options.onComplete();
      this.#onBody(new WholeBody(this.#block));
    }
    return true;
  }

  lost(error: Error | undefined): void {
    this.giveUp();
    this.#onBody(new BrokenBody(truncated(this.#filled, this.#options.length, error)));
  }

  giveUp(): void {
    clearTimeout(this.#patience);
  }

  #flow(): void {
    const body = new LengthBody({ ...this.#options, first: { block: this.#block, filled: this.#filled } });
    this.#options.connection.handTo(body);
    this.#onBody(body);
  }
}
