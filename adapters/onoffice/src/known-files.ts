import { KnownRecords, type FileEntry, type FileRef } from '@filesource/core';
import type { FileRecord } from './entries.ts';
import type { FilePage } from './paging.ts';

const most = 10_000;

/** Files that listings told of: how large one is has to be known before it is asked for, and there is no other way. */
export class KnownFiles {
  readonly #records = new KnownRecords<FileRecord>(most);

  get(ref: FileRef): FileEntry | undefined {
    return this.#records.get(ref)?.record.entry;
  }

  remember(folder: string, { items, again = () => items }: FilePage): void {
    this.#records.remember(folder, items.map(({ entry }) => entry.id), again, 0);
  }

  forget(ref: FileRef): void {
    this.#records.forget(ref);
  }
}
