import type * as threads from 'node:worker_threads';
import type * as zlib from 'node:zlib';

export interface InflatingTools {
  readonly threads: typeof threads;
  readonly zlib: typeof zlib;
}

interface PackedEntry {
  readonly size: number;
  readonly crc32: number;
}

/** Everything throws, or rejects, as zlib does. */
export interface Inflating {
  /** An entry at once, `size` bytes at most. */
  whole(packed: Buffer, size: number): Buffer;
  /** Packed and unpacked, of an entry that may be inflated together with others. */
  readonly littleBytes: number;
  readonly mostTogether: number;
  /**
   * The contents of several entries, one after the other: what Node does around each call costs more than a little entry.
   * - Each content has still to be compared with its checksum: an entry may be made to swallow the next one.
   */
  together<T extends PackedEntry>(entries: readonly T[], packedOf: (entry: T) => Buffer): Buffer;
  /** An entry of any size; each piece is asked for when the one before is used up, and what comes is good until `take` returns. */
  pieces(packed: Iterator<Buffer, void>, take: (bytes: Buffer) => void): Promise<void>;
  /**
   * Gives the memory of what was inflated back at once, by handing it over to nobody.
   * - Left to the collector, tens of MiB of it would gather, and each would be new to the processor.
   */
  release(inflated: Buffer): void;
}

/** Runs here and, as its own text, on threads: everything that it uses is in it or handed to it. */
export function createInflating({ threads, zlib }: InflatingTools): Inflating {
  const pieceBytes = 256 * 1024;
  /** Less gathers too slowly to matter. */
  const leastReleasedBytes = 64 * 1024;
  const gzipHeader = Buffer.from('1f8b08000000000000ff', 'hex');
  const littleBytes = 16 * 1024;
  const mostTogether = 16;
  const members = Buffer.allocUnsafeSlow(mostTogether * (gzipHeader.length + littleBytes + 8));
  const nowhere = new threads.MessageChannel().port1;
  nowhere.close();

  /** One byte more than it should need: an output that is full to its end would be followed by another one. */
  function options(size: number): zlib.ZlibOptions {
    return { maxOutputLength: Math.max(1, size), chunkSize: Math.max(64, size + 1) };
  }

  function release({ buffer }: Buffer): void {
    // What Node shares among small buffers has this very size: 8 KiB, in newer versions 64 KiB, or as the host set it.
    if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < leastReleasedBytes || buffer.byteLength === Buffer.poolSize) return;
    try {
      nowhere.postMessage(undefined, [buffer]);
    } catch {
      // Shared after all, since before the host set another size: it stays as it is.
    }
  }

  return {
    whole: (packed, size) => zlib.inflateRawSync(packed, options(size)),

    littleBytes,
    mostTogether,

    together: (entries, packedOf) => {
      let [end, size] = [0, 0];
      for (const entry of entries) {
        end += gzipHeader.copy(members, end);
        end += packedOf(entry).copy(members, end);
        end = members.writeUInt32LE(entry.crc32, end);
        end = members.writeUInt32LE(entry.size, end);
        size += entry.size;
      }
      return zlib.gunzipSync(members.subarray(0, end), options(size));
    },

    pieces: (packed, take) => {
      const inflater = zlib.createInflateRaw({ chunkSize: pieceBytes });
      const goOn = (): void => {
        if (inflater.destroyed || inflater.readableEnded) return;
        try {
          const next = packed.next();
          if (next.done === true) inflater.end();
          else inflater.write(next.value, () => goOn());
        } catch (error) {
          inflater.destroy(error as Error);
        }
      };
      inflater.on('data', (bytes: Buffer) => {
        try {
          take(bytes);
          // Otherwise the rest of it is still to be filled.
          if (bytes.byteOffset + bytes.length === bytes.buffer.byteLength) release(bytes);
        } catch (error) {
          inflater.destroy(error as Error);
        }
      });
      goOn();
      return new Promise<void>((resolve, reject) => {
        inflater.on('end', resolve);
        inflater.on('error', reject);
      }).finally(() => inflater.destroy());
    },

    release,
  };
}
