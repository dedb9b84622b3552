import { KnownRecords, type Clock, type FileRef } from '@filesource/core';
import type { FileRecord } from './entries.ts';
import type { FilePage } from './paging.ts';

const most = 10_000;
/** A link lives for an hour; a page of a listing may have been read long before its last file is opened, and a slow file is opened again. */
const youngMs = 5 * 60_000;

/** Links that came with a listing: a file that is opened soon after it needs no request for another one. */
export class KnownLinks {
  readonly #clock: Clock;
  readonly #records = new KnownRecords<FileRecord>(most);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  remember(folder: string, { items, again = () => items }: FilePage): void {
    this.#records.remember(folder, items.map(({ entry }) => entry.id), again, this.#clock.now());
  }

  /** Once: whoever opens the file again has a reason to want a fresh link. */
  take(ref: FileRef): FileRecord | undefined {
    const known = this.#records.get(ref);
    if (known === undefined) return undefined;
    this.#records.forget(ref);
    return known.record.url !== null && Math.abs(this.#clock.now() - known.atMs) <= youngMs ? known.record : undefined;
  }
}
