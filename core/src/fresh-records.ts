import { KnownRecords, type FileRecord } from './known-records.ts';
import type { Clock } from './ports/clock.ts';
import type { FileRef } from './ref.ts';

const most = 10_000;
/** Long enough for whoever lists a folder and then fetches it. Links of vendors live for an hour, and a slow file is opened again. */
const youngMs = 5 * 60_000;

/** For adapters: files that listings of the last minutes told of, each given once: whoever opens a file again has a reason to want it told anew. */
export class FreshRecords<Known extends FileRecord> {
  readonly #clock: Clock;
  readonly #records = new KnownRecords<Known>(most);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** See {@link KnownRecords.remember}. */
  remember(folder: string, ids: readonly string[], read: () => readonly Known[]): void {
    this.#records.remember(folder, ids, read, this.#clock.now());
  }

  take(ref: FileRef): Known | undefined {
    const known = this.#records.get(ref);
    if (known === undefined) return undefined;
    this.#records.forget(ref);
    return Math.abs(this.#clock.now() - known.atMs) <= youngMs ? known.record : undefined;
  }
}
