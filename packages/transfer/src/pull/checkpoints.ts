import type { Clock } from '@filesource/core';
import type { PartFile } from '../local/part-file.ts';

/** A part is forced to the disk and noted after so many bytes, or fewer where they come slowly: a crash costs no more than this of a file, and what comes meanwhile. */
const checkpointBytes = 32 * 1024 * 1024;
const slowCheckpointBytes = 1024 * 1024;
const slowCheckpointMs = 5000;

/** Forces a part to the disk now and then while it is being received, and notes how much of it is safe; one at a time. */
export class Checkpoints {
  readonly #part: PartFile;
  readonly #clock: Clock;
  readonly #note: (bytes: number) => void;
  #noted: number;
  #startedAt: number;
  #startedMs: number;
  #isRunning = false;
  #hasFailed = false;
  #isOver = false;
  #last: Promise<void> = Promise.resolve();

  constructor(part: PartFile, clock: Clock, note: (bytes: number) => void) {
    this.#part = part;
    this.#clock = clock;
    this.#note = note;
    this.#noted = part.bytes;
    this.#startedAt = part.bytes;
    this.#startedMs = clock.now();
  }

  /** Bytes that a later run can rely on. */
  get noted(): number {
    return this.#noted;
  }

  /** Starts one when it is due. What it returns, where it does, is the end of an earlier one that takes too long, or what that failed with. */
  look(): Promise<void> | undefined {
    if (this.#hasFailed) return this.#last;
    if (this.#isOver || !this.#isDue) return undefined;
    if (this.#isRunning) return this.#last;
    this.#isRunning = true;
    this.#startedAt = this.#part.bytes;
    this.#startedMs = this.#clock.now();
    this.#last = this.#run();
    this.#last.catch(() => (this.#hasFailed = true));
    return undefined;
  }

  /** Resolves when none is under way, and none starts any more; fails with what one failed with. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#last;
  }

  get #isDue(): boolean {
    const fresh = this.#part.bytes - this.#startedAt;
    // Whichever way the clock jumps: a checkpoint too many does no harm.
    return fresh >= checkpointBytes || (fresh >= slowCheckpointBytes && Math.abs(this.#clock.now() - this.#startedMs) >= slowCheckpointMs);
  }

  async #run(): Promise<void> {
    const bytes = await this.#part.checkpoint();
    this.#noted = bytes;
    this.#note(bytes);
    this.#isRunning = false;
  }
}
