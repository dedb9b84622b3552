import type { Clock, FileRef } from '@filesource/core';
import type { FileRecord } from './entries.ts';

const most = 10_000;
/** A link lives for an hour; a page of a listing may have been read long before its last file is opened, and a slow file is opened again. */
const youngMs = 5 * 60_000;

/** Links that came with a listing: a file that is opened soon after it needs no request for another one. */
export class KnownLinks {
  readonly #clock: Clock;
  readonly #records = new Map<string, { readonly record: FileRecord; readonly atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  remember(records: readonly FileRecord[]): void {
    const atMs = this.#clock.now();
    for (const record of records) {
      if (record.url === null) continue;
      const key = keyOf({ folder: record.entry.folder, file: record.entry.id });
      this.#records.delete(key);
      this.#records.set(key, { record, atMs });
    }
    for (const key of this.#records.keys()) {
      if (this.#records.size <= most) break;
      this.#records.delete(key);
    }
  }

  /** Once: whoever opens the file again has a reason to want a fresh link. */
  take(ref: FileRef): FileRecord | undefined {
    const key = keyOf(ref);
    const known = this.#records.get(key);
    this.#records.delete(key);
    return known !== undefined && Math.abs(this.#clock.now() - known.atMs) <= youngMs ? known.record : undefined;
  }
}

function keyOf({ folder, file }: FileRef): string {
  return `${folder}/${file}`;
}
