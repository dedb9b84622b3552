import { FileSourceError } from '@filesource/core';

/** Ceilings against archives that are small on the wire and endless on disk. */
export interface ArchiveLimits {
  /** Also of the directories that their paths make. */
  readonly maxEntries: number;
  /** Of all entries together, unpacked. */
  readonly maxBytes: number;
  /** Unpacked bytes for each packed one, over the whole archive; applied from 64 MiB on. */
  readonly maxRatio: number;
}

/** No honest deflate reaches a ratio over 1,032. */
export const defaultArchiveLimits: ArchiveLimits = { maxEntries: 1_000_000, maxBytes: 2 ** 40, maxRatio: 1_100 };

const ratioFromBytes = 64 * 1024 * 1024;
/** Entries may share bytes, which hardly any packer makes use of; then each byte is read so many times at most. */
const mostReads = 16;
/** All names are held at once, and those of a tar may be packed a thousandfold. */
const mostNameLength = 256 * 1024 * 1024;
/** What stands around the content of entries in a tar: of each one its header and padding, and besides its names. */
const mostAroundEntry = 4096;
const mostAroundBytes = 2 * mostNameLength;

/** Counts what comes out of an archive; throws `too-large` past a ceiling. */
export class LimitGuard {
  readonly #limits: ArchiveLimits;
  readonly #packedBytes: number;
  #entries = 0;
  #directories = 0;
  #nameLength = 0;
  #bytes = 0;
  #unpacked = 0;
  #packed = 0;

  constructor(limits: Partial<ArchiveLimits>, packedBytes: number) {
    this.#limits = { ...defaultArchiveLimits, ...limits };
    this.#packedBytes = packedBytes;
  }

  addEntry(): void {
    this.#entries += 1;
    this.checkEntries(this.#entries);
  }

  addName(path: string): void {
    this.#nameLength += path.length;
    if (this.#nameLength > mostNameLength) throw new FileSourceError('too-large', `the names in the archive have more than ${mostNameLength} characters`);
  }

  addDirectory(): void {
    this.#directories += 1;
    if (this.#directories > this.#limits.maxEntries) throw tooLarge(`more than ${this.#limits.maxEntries} directories`, 'maxEntries');
  }

  checkEntries(entries: number): void {
    if (entries > this.#limits.maxEntries) throw tooLarge(`more than ${this.#limits.maxEntries} entries`, 'maxEntries');
  }

  /** Of one entry, as a directory tells; what goes beyond the archive is not read. */
  addPacked(bytes: number): void {
    if (bytes <= this.#packedBytes) this.#packed += bytes;
    if (this.#packed > ratioFromBytes && this.#packed > this.#packedBytes * mostReads) {
      throw new FileSourceError('too-large', `the entries of the archive overlap: together they have more than ${mostReads} times its own size, packed as they are`);
    }
  }

  /** Of a whole tar, before it is known what they are. */
  addUnpacked(bytes: number): void {
    this.#unpacked += bytes;
    const around = this.#unpacked - this.#bytes - this.#entries * mostAroundEntry;
    if (around > mostAroundBytes) throw new FileSourceError('too-large', `the archive unpacks to more than ${mostAroundBytes} bytes that are of no file in it`);
  }

  addBytes(bytes: number): void {
    this.#bytes += bytes;
    const { maxBytes, maxRatio } = this.#limits;
    if (this.#bytes > maxBytes) throw tooLarge(`more than ${maxBytes} bytes`, 'maxBytes');
    if (this.#bytes > ratioFromBytes && this.#bytes > this.#packedBytes * maxRatio) throw tooLarge(`more than ${maxRatio} times its own size`, 'maxRatio');
  }
}

function tooLarge(what: string, limit: keyof ArchiveLimits): FileSourceError {
  const option = limit.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return new FileSourceError('too-large', `the archive unpacks to ${what}`, { advice: `When it is to be trusted, raise the ceiling: --${option} N on the command line, limits.${limit} in code.` });
}
