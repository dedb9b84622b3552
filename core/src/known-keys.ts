/** What an entry of a listing is known by: the whole number that its id is, of at most 15 digits, or a text. */
export type Key = number | string;

/** The keys of one page. */
interface Chunk {
  readonly keys: ReadonlySet<Key>;
  /** Bounds of those that are numbers: most keys of other pages lie outside. */
  readonly least: number;
  readonly most: number;
  readonly hasTexts: boolean;
  readonly text: string;
}

/**
 * The keys of the entries that a listing gave last, in the order of their coming: what comes again is known by them, and a cursor carries them.
 * - Never changes; the next one shares all but the newest page with it, so that a page costs as much as it is long.
 * - As text it has nothing that a URL would escape, and two or three characters for each number where numbers lie close together.
 */
export class KnownKeys {
  static readonly none = new KnownKeys([]);
  readonly count: number;
  readonly #chunks: readonly Chunk[];

  private constructor(chunks: readonly Chunk[]) {
    this.#chunks = chunks;
    this.count = chunks.reduce((sum, { keys }) => sum + keys.size, 0);
  }

  /** Reads what `toString` wrote; `undefined` for any other text. */
  static parse(text: string): KnownKeys | undefined {
    if (text === '') return KnownKeys.none;
    const known = new KnownKeys(text.split('~').map((part) => chunkOf(new Set(keysIn(part)))));
    return known.toString() === text ? known : undefined;
  }

  has(key: Key): boolean {
    for (const { keys, least, most, hasTexts } of this.#chunks) {
      if ((typeof key === 'number' ? key >= least && key <= most : hasTexts) && keys.has(key)) return true;
    }
    return false;
  }

  /** With the keys of one more page, none of which is known; the oldest pages go as long as `least` keys are left. */
  with(page: ReadonlySet<Key>, least: number): KnownKeys {
    if (page.size === 0) return this;
    let left = this.count + page.size;
    let from = 0;
    for (const { keys } of this.#chunks) {
      if (left - keys.size < least) break;
      left -= keys.size;
      from += 1;
    }
    return new KnownKeys([...this.#chunks.slice(from), chunkOf(page)]);
  }

  *[Symbol.iterator](): Generator<Key, void, undefined> {
    for (const { keys } of this.#chunks) yield* keys;
  }

  toString(): string {
    return this.#chunks.map(({ text }) => text).join('~');
  }
}

/** Numbers are written as differences from the number before; a capital letter starts a text. */
function chunkOf(keys: ReadonlySet<Key>): Chunk {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let before = 0;
  let hasTexts = false;
  const words: string[] = [];
  for (const key of keys) {
    if (typeof key === 'string') {
      hasTexts = true;
      words.push(`T${Buffer.from(key, 'utf16le').toString('base64url')}`);
    } else {
      words.push((key - before).toString(36));
      before = key;
      if (key < least) least = key;
      if (key > most) most = key;
    }
  }
  return { keys, least, most, hasTexts, text: words.join('.') };
}

function* keysIn(text: string): Generator<Key, void, undefined> {
  let before = 0;
  for (const word of text.split('.')) {
    if (word.startsWith('T')) yield Buffer.from(word.slice(1), 'base64url').toString('utf16le');
    else {
      before += Number.parseInt(word, 36);
      yield before;
    }
  }
}
