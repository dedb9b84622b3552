import type { FileEntry, FileRef } from '@filesource/core';
import { KnownRecords, type RecordPage } from './known-records.ts';

const most = 10_000;

/** Files that listings told of: how large one is has to be known before it is asked for, and there is no other way. */
export class KnownFiles {
  readonly #records = new KnownRecords(most);

  get(ref: FileRef): FileEntry | undefined {
    return this.#records.get(ref)?.record.entry;
  }

  remember(folder: string, page: RecordPage): void {
    this.#records.remember(folder, page, 0);
  }

  forget(ref: FileRef): void {
    this.#records.forget(ref);
  }
}
