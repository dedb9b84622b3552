import { createCipheriv, createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

const MiB = 2 ** 20;

/** Bytes that cannot be packed, the same for the same seed. */
export function bytesOf(seed, size) {
  const key = Buffer.alloc(16);
  key.writeUInt32LE(seed);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}

export function sha256Of(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Writes a file of any size, piece by piece; resolves to its SHA-256. */
export async function writeLargeFile(path, size, seed = 1) {
  const hash = createHash('sha256');
  function* pieces() {
    for (let start = 0; start < size; start += 16 * MiB) {
      const piece = bytesOf(seed * 100_000 + start / MiB, Math.min(16 * MiB, size - start));
      hash.update(piece);
      yield piece;
    }
  }
  await pipeline(pieces(), createWriteStream(path));
  return hash.digest('hex');
}
