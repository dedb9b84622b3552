import { readSync } from 'node:fs';
import { RandomAccessReader } from 'yauzl';

const windowBytes = 1024 * 1024;

/**
 * Reads a file in few large pieces: the thousands of records in the directory of an archive stand side by side.
 * - A call for each of them through the thread pool would cost ten times the work itself.
 */
export class FileWindow extends RandomAccessReader {
  readonly #fd: number;
  readonly #size: number;
  #window: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(fd: number, size: number) {
    super();
    this.#fd = fd;
    this.#size = size;
  }

  /** Bytes at a position; the buffer is good until the next call. Throws when they are not all there. */
  bytes(position: number, length: number): Buffer {
    const from = position - this.#start;
    if (from >= 0 && from + length <= this.#window.length) return this.#window.subarray(from, from + length);
    if (position < 0 || position + length > this.#size) throw new RangeError('the archive ends too early');
    const wanted = Math.min(Math.max(length, windowBytes), this.#size - position);
    const window = Buffer.allocUnsafe(wanted);
    let filled = 0;
    while (filled < wanted) {
      const read = readSync(this.#fd, window, filled, wanted - filled, position + filled);
      if (read === 0) throw new RangeError('the archive was cut while it was being read');
      filled += read;
    }
    this.#window = window;
    this.#start = position;
    return window.subarray(0, length);
  }

  start(): Buffer {
    return this.bytes(0, Math.min(this.#size, 512));
  }

  /** Calls back before it returns. */
  override read(buffer: Buffer, offset: number, length: number, position: number, callback: (error: Error | null) => void): void {
    let failure: Error | null = null;
    try {
      this.bytes(position, length).copy(buffer, offset);
    } catch (error) {
      failure = error instanceof Error ? error : new Error('the archive cannot be read');
    }
    callback(failure);
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }
}
