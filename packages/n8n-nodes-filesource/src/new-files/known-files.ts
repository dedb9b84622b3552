import { createHash } from 'node:crypto';
import { FileSourceError } from '@filesource/core';

/** 72 bits of a hash: as text 12 characters, whatever the vendor's ids are. */
const idBytes = 9;
const idCharacters = 12;

/** The files of a folder as a trigger remembers them: some bytes for each, in one text that fits into n8n's static data. */
export class KnownFiles {
  readonly #ids = new Set<string>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  static parse(text: string, most: number): KnownFiles {
    const known = new KnownFiles(most);
    for (let at = 0; at + idCharacters <= text.length; at += idCharacters) known.#ids.add(text.slice(at, at + idCharacters));
    return known;
  }

  has(id: string): boolean {
    return this.#ids.has(shortened(id));
  }

  /** Throws `too-large` past the most that may be remembered: a file that is forgotten would look new each time. */
  add(id: string): void {
    this.#ids.add(shortened(id));
    if (this.#ids.size <= this.#most) return;
    throw new FileSourceError('too-large', `the folder has more than ${this.#most} files, and the trigger remembers no more`, { advice: 'Raise Most Files to Remember, or watch folders with fewer files.' });
  }

  toString(): string {
    return [...this.#ids].join('');
  }
}

function shortened(id: string): string {
  return createHash('sha256').update(id).digest().subarray(0, idBytes).toString('base64url');
}
