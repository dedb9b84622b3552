import { createHash } from 'node:crypto';
import { deflateRawSync, constants, crc32 } from 'node:zlib';
import { bytesOf } from './bytes.mjs';
import { writeZip } from './zip-writer.mjs';

const deflated = 8;
const stored = 0;
const bodies = 16;

/** About half of it packs, as in office documents: random bytes between lines of text. */
function bodyOf(seed, size) {
  const body = bytesOf(seed, size);
  for (let start = 0; start < size; start += 512) body.fill(`Zeile ${start} eines Dokuments der Wohnung; `, start, Math.min(start + 256, size));
  return body;
}

/**
 * A ZIP of deflated files, each different: a head of its own before one of a few bodies, packed once.
 * - Resolves to names and SHA-256.
 */
export async function writeDeflatedZip(path, { folders, filesInFolder, size, nameOf }) {
  const head = (index) => Buffer.from(`Dokument Nummer ${String(index).padStart(12, '0')}\n`);
  const headBytes = head(0).length;
  const shared = Array.from({ length: bodies }, (_, seed) => {
    const body = bodyOf(seed + 1, size - headBytes);
    return { body, packed: deflateRawSync(body) };
  });
  const digests = new Map();
  function* entries() {
    for (let index = 0; index < folders * filesInFolder; index += 1) {
      const { body, packed } = shared[index % bodies];
      const start = head(index);
      const name = nameOf(Math.floor(index / filesInFolder), index % filesInFolder);
      const all = Buffer.concat([deflateRawSync(start, { finishFlush: constants.Z_SYNC_FLUSH }), packed]);
      digests.set(name.split('/').at(-1), createHash('sha256').update(start).update(body).digest('hex'));
      yield { name, crc: crc32(body, crc32(start)), size, packed: all, packedSize: all.length, method: deflated };
    }
  }
  await writeZip(path, entries());
  return digests;
}

/** A ZIP of large stored files that are zeros but for a mark at their end; the zeros take no room. */
export async function writeSparseZip(path, { count, size, nameOf }) {
  const mark = bytesOf(7, 4096);
  const zeros = Buffer.alloc(2 ** 20);
  const hash = createHash('sha256');
  let crc = 0;
  for (let left = size - mark.length; left > 0; left -= zeros.length) {
    const piece = zeros.subarray(0, Math.min(left, zeros.length));
    crc = crc32(piece, crc);
    hash.update(piece);
  }
  crc = crc32(mark, crc);
  const digest = hash.update(mark).digest('hex');
  const names = Array.from({ length: count }, (_, index) => nameOf(index));
  const write = (file, position) => file.write(mark, 0, mark.length, position + size - mark.length);
  await writeZip(path, names.map((name) => ({ name, crc, size, packedSize: size, method: stored, write })));
  return new Map(names.map((name) => [name, digest]));
}
