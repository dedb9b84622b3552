import type * as fs from 'node:fs';

/** The bytes of an archive that is a file. */
export interface ArchiveBytes {
  readonly size: number;
  /** Good until the next call. Throws when they are not all there. */
  at(position: number, length: number): Buffer;
  close(): void;
}

/**
 * Reads a file in few large pieces: the thousands of headers and small entries of an archive mostly stand side by side.
 * - A call for each of them through the thread pool would cost ten times the work itself.
 * - Runs here and, as its own text, on threads: everything that it uses is in it or handed to it.
 */
export function openArchiveBytes({ closeSync, fstatSync, openSync, readSync }: typeof fs, path: string, windowBytes: number): ArchiveBytes {
  const fd = openSync(path, 'r');
  const { size } = fstatSync(fd);
  let window = Buffer.alloc(0);
  let [start, end] = [0, 0];
  return {
    size,
    at: (position, length) => {
      if (position >= start && position + length <= end) return window.subarray(position - start, position - start + length);
      if (position < 0 || position + length > size) throw new RangeError('the archive ends too early');
      const wanted = Math.min(Math.max(length, windowBytes), size - position);
      if (wanted > window.length) window = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(wanted)));
      end = 0;
      for (let filled = 0; filled < wanted; ) {
        const read = readSync(fd, window, filled, wanted - filled, position + filled);
        if (read === 0) throw new RangeError('the archive was cut while it was being read');
        filled += read;
      }
      [start, end] = [position, position + wanted];
      return window.subarray(0, length);
    },
    close: () => closeSync(fd),
  };
}
