import type { FileEntry, FileRef } from '@filesource/core';

const most = 10_000;

/** Files that listings told of: how large one is has to be known before it is asked for, and there is no other way. */
export class KnownFiles {
  readonly #entries = new Map<string, FileEntry>();

  get(ref: FileRef): FileEntry | undefined {
    return this.#entries.get(keyOf(ref));
  }

  remember(entry: FileEntry): void {
    const key = keyOf({ folder: entry.folder, file: entry.id });
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const oldest = this.#entries.size > most ? this.#entries.keys().next().value : undefined;
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  forget(ref: FileRef): void {
    this.#entries.delete(keyOf(ref));
  }
}

function keyOf({ folder, file }: FileRef): string {
  return `${folder}/${file}`;
}
