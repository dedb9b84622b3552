import { KnownRecords, type Clock, type FileRef } from '@filesource/core';
import type { FoundFile } from './lookup.ts';

const most = 10_000;
/** Long enough for whoever lists a folder and then fetches it. */
const youngMs = 5 * 60_000;

/** Files that listings told of: one that is opened soon after needs no request that tells what it is. */
export class KnownFiles {
  readonly #clock: Clock;
  readonly #records = new KnownRecords<FoundFile>(most);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  remember(folder: string, ids: readonly string[], read: () => readonly FoundFile[]): void {
    this.#records.remember(folder, ids, read, this.#clock.now());
  }

  /** Once: whoever opens the file again has a reason to want it told anew. */
  take(ref: FileRef): FoundFile | undefined {
    const known = this.#records.get(ref);
    if (known === undefined) return undefined;
    this.#records.forget(ref);
    return Math.abs(this.#clock.now() - known.atMs) <= youngMs ? known.record : undefined;
  }
}
