import type { FileSource } from '@filesource/core';
import { once, SparePlaces } from '../ranges/spare-places.ts';
import type { PlannedFile } from './plan.ts';

/** Files up to this share requests where the vendor can do that: their bytes are no reason to wait. */
export const smallBytes = 256 * 1024;
/** Small files have places for so many full requests: one is on its way while the answer to the other is used. */
export const smallBatches = 2;
/** Bytes of small files in flight together, as their vendors list them. */
const mostSmallBytes = 16 * 1024 * 1024;

/** Small files of one source that are opened together. */
interface Batch {
  readonly size: number;
  inFlight: number;
  isFilling: boolean;
}

/**
 * Bounds the files in flight: `concurrency` at once.
 * - Small files of a source whose opens share requests (`limits.openBatch`) have places of their own, for two requests: they start a whole
 *   batch at a time, so that one request is on its way while the answer to the other is used. A concurrency of 1 means one file at a time.
 */
export class Places {
  /** Of all files but the small ones that share requests. */
  readonly spare: SparePlaces;
  readonly #concurrency: number;
  readonly #batches = new Map<FileSource, Batch>();
  #smallBytes = 0;
  #wake: (() => void) | undefined;

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
    this.spare = new SparePlaces(concurrency, () => this.#wake?.());
  }

  /** Resolves when a file may start, to what has to be called when it needs its place no more, once or more often. One caller at a time. */
  async take(file: PlannedFile): Promise<() => void> {
    for (;;) {
      const leave = this.takeNow(file);
      if (leave !== undefined) return leave;
      await this.#change();
    }
  }

  /** The same for a file that may start at once; `undefined` where it has to wait. */
  takeNow(file: PlannedFile): (() => void) | undefined {
    const batch = this.#batchOf(file);
    const bytes = file.entry.size ?? 0;
    if (batch !== undefined) return this.#fits(batch, bytes) ? this.#takeSmall(batch, bytes) : undefined;
    return this.spare.takeSpare();
  }

  #batchOf({ source, entry }: PlannedFile): Batch | undefined {
    const { openBatch = 1, maxOpening } = source.capabilities.limits;
    // Those that have requests of their own wait for each other within the time of a call: fewer are in flight where fewer are asked for at once.
    const size = maxOpening === undefined ? openBatch : Math.min(openBatch, Math.ceil((openBatch * this.#concurrency) / maxOpening));
    if (size <= 1 || this.#concurrency <= 1 || entry.size === null || entry.size > smallBytes) return undefined;
    const batch = this.#batches.get(source) ?? { size, inFlight: 0, isFilling: true };
    this.#batches.set(source, batch);
    return batch;
  }

  #fits(batch: Batch, bytes: number): boolean {
    if (batch.inFlight <= batch.size) batch.isFilling = true;
    else if (batch.inFlight >= smallBatches * batch.size) batch.isFilling = false;
    return batch.isFilling && this.#smallBytes + bytes <= mostSmallBytes;
  }

  #takeSmall(batch: Batch, bytes: number): () => void {
    batch.inFlight += 1;
    this.#smallBytes += bytes;
    return once(() => {
      batch.inFlight -= 1;
      this.#smallBytes -= bytes;
      this.#wake?.();
    });
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
