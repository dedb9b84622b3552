import { FreshRecords, type Clock, type FileRef } from '@filesource/core';
import type { FileRecord } from './entries.ts';
import type { FilePage } from './paging.ts';

/** Links that came with a listing: a file that is opened soon after it needs no request for another one. */
export class KnownLinks {
  readonly #records: FreshRecords<FileRecord>;

  constructor(clock: Clock) {
    this.#records = new FreshRecords(clock);
  }

  remember(folder: string, { items, again = () => items }: FilePage): void {
    this.#records.remember(folder, items.map(({ entry }) => entry.id), again);
  }

  take(ref: FileRef): FileRecord | undefined {
    const record = this.#records.take(ref);
    return record?.url === null ? undefined : record;
  }
}
