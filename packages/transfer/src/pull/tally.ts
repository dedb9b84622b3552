import type { Clock } from '@filesource/core';
import type { TransferListener } from '../events.ts';

const progressEveryMs = 200;

/** Counts files and bytes, and tells how far they are: not more often than a reader can follow. */
export class Tally {
  readonly #clock: Clock;
  readonly #emit: TransferListener;
  #files = 0;
  #totalFiles = 0;
  #bytes = 0;
  #totalBytes: number | null = 0;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, emit: TransferListener) {
    this.#clock = clock;
    this.#emit = emit;
  }

  plan(size: number | null): void {
    this.#totalFiles += 1;
    this.#totalBytes = size === null || this.#totalBytes === null ? null : this.#totalBytes + size;
  }

  planned(): void {
    this.#emit({ type: 'planned', files: this.#totalFiles, bytes: this.#totalBytes });
  }

  /** Bytes that came; fewer than none when what came has to be fetched again. */
  receive(bytes: number): void {
    this.#bytes += bytes;
    if (this.#isDue()) this.tell();
  }

  endFile(): void {
    this.#files += 1;
    if (this.#files === this.#totalFiles || this.#isDue()) this.tell();
  }

  /** Also when the clock was put back. */
  #isDue(): boolean {
    return Math.abs(this.#clock.now() - this.#toldMs) >= progressEveryMs;
  }

  tell(): void {
    this.#toldMs = this.#clock.now();
    this.#emit({ type: 'progress', files: this.#files, totalFiles: this.#totalFiles, bytes: this.#bytes, totalBytes: this.#totalBytes });
  }
}
