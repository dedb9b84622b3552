import { createHash } from 'node:crypto';

const lifetimeMs = 3_600_000;
const mostCharacters = 64 * 1024 * 1024;

/** Long cursors by their hash: the least used ones go when there are too many characters, and all of them an hour after their last use. */
export class CursorStore {
  readonly #cursors = new Map<string, { readonly cursor: string; readonly usedMs: number }>();
  readonly #now: () => number;
  readonly #mostCharacters: number;
  #characters = 0;

  constructor({ now = Date.now, most = mostCharacters }: { readonly now?: () => number; readonly most?: number } = {}) {
    this.#now = now;
    this.#mostCharacters = most;
  }

  put(cursor: string): Buffer {
    const key = createHash('sha256').update(cursor).digest().subarray(0, 18);
    this.#use(key.toString('hex'), cursor);
    for (const [oldest, { cursor: text, usedMs }] of this.#cursors) {
      if (this.#characters <= this.#mostCharacters && usedMs > this.#now() - lifetimeMs) break;
      this.#cursors.delete(oldest);
      this.#characters -= text.length;
    }
    return key;
  }

  get(key: Buffer): string | undefined {
    const name = key.toString('hex');
    const found = this.#cursors.get(name);
    if (found === undefined || found.usedMs <= this.#now() - lifetimeMs) return undefined;
    this.#use(name, found.cursor);
    return found.cursor;
  }

  #use(name: string, cursor: string): void {
    if (!this.#cursors.delete(name)) this.#characters += cursor.length;
    this.#cursors.set(name, { cursor, usedMs: this.#now() });
  }
}
