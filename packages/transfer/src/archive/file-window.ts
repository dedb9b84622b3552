import { RandomAccessReader } from 'yauzl';
import type { ArchiveBytes } from './archive-bytes.ts';

const mostByHand = 128;

/** What yauzl reads a file through. */
export class FileWindow extends RandomAccessReader {
  readonly #bytes: ArchiveBytes;

  constructor(bytes: ArchiveBytes) {
    super();
    this.#bytes = bytes;
  }

  start(): Buffer {
    return this.#bytes.at(0, Math.min(this.#bytes.size, 512));
  }

  /** Calls back before it returns. */
  override read(buffer: Buffer, offset: number, length: number, position: number, callback: (error: Error | null) => void): void {
    let failure: Error | null = null;
    try {
      const bytes = this.#bytes.at(position, length);
      // The two little pieces of each entry are copied sooner by hand than by a call.
      if (length <= mostByHand) for (let at = 0; at < length; at += 1) buffer[offset + at] = bytes[at] as number;
      else bytes.copy(buffer, offset);
    } catch (error) {
      failure = error instanceof Error ? error : new Error('the archive cannot be read');
    }
    callback(failure);
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }
}
