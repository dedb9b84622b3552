import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ArchiveBytes } from './archive-bytes.ts';
import { isDirectoryPath } from './archive-entry.ts';
import type { ZipEntry } from './zip-directory.ts';

const headerBytes = 46;
const signature = 0x02014b50;
/** A size or an offset that stands elsewhere. */
const elsewhere = 0xffff_ffff;
/** Bits that change nothing here: how hard it was packed, sizes after the content, names in UTF-8. */
const harmless = 0x0806 | 0x0008;
const utf8Names = 0x0800;
/** Extra fields that change what an entry is: sizes beyond 4 GiB, and another name. */
const telling = [0x0001, 0x7075];
const entriesInATurn = 8192;
/** More than the longest record. */
const pieceBytes = 1024 * 1024;

/**
 * The entries of a directory that starts at a position, where every one of them is as most are.
 * - `undefined` for anything else, wrong or not: then the library says. For each entry it makes two buffers and a dozen calls, and threads wait meanwhile.
 */
export async function quickDirectory(bytes: ArchiveBytes, start: number, count: number): Promise<ZipEntry[] | undefined> {
  const entries: ZipEntry[] = [];
  let position = start;
  while (entries.length < count) {
    if (position < 0 || position + headerBytes > bytes.size) return undefined;
    const piece = bytes.at(position, Math.min(pieceBytes, bytes.size - position));
    const used = takeEntries(piece, count, entries);
    if (used === undefined || used === 0) return undefined;
    position += used;
    await nextTurn();
  }
  return entries;
}

/** How many bytes of the piece were whole records; `undefined` when one of them is not as most are. */
function takeEntries(piece: Buffer, count: number, entries: ZipEntry[]): number | undefined {
  const most = Math.min(count, entries.length + entriesInATurn);
  let at = 0;
  while (entries.length < most && at + headerBytes <= piece.length) {
    const end = at + headerBytes + piece.readUInt16LE(at + 28) + piece.readUInt16LE(at + 30) + piece.readUInt16LE(at + 32);
    if (end > piece.length) break;
    const entry = entryAt(piece, at);
    if (entry === undefined) return undefined;
    entries.push(entry);
    at = end;
  }
  return at;
}

function entryAt(piece: Buffer, at: number): ZipEntry | undefined {
  const flags = piece.readUInt16LE(at + 8);
  const method = piece.readUInt16LE(at + 10);
  const packedSize = piece.readUInt32LE(at + 20);
  const size = piece.readUInt32LE(at + 24);
  const headerOffset = piece.readUInt32LE(at + 42);
  if (piece.readUInt32LE(at) !== signature || (flags & ~harmless) !== 0) return undefined;
  if (packedSize === elsewhere || size === elsewhere || headerOffset === elsewhere) return undefined;
  if (method !== 8 && (method !== 0 || packedSize !== size)) return undefined;
  if ((piece.readUInt16LE(at + 40) & 0o170000) === 0o120000) return undefined;
  const nameStart = at + headerBytes;
  const nameEnd = nameStart + piece.readUInt16LE(at + 28);
  if (!isPlainExtra(piece, nameEnd, nameEnd + piece.readUInt16LE(at + 30))) return undefined;
  if ((flags & utf8Names) === 0 && !isPrintable(piece, nameStart, nameEnd)) return undefined;
  const path = piece.toString('utf8', nameStart, nameEnd);
  return { path, isDirectory: isDirectoryPath(path), method, crc32: piece.readUInt32LE(at + 16), packedSize, size, headerOffset };
}

function isPlainExtra(piece: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at + 3 < end) {
    if (telling.includes(piece.readUInt16LE(at))) return false;
    at += 4 + piece.readUInt16LE(at + 2);
    if (at > end) return false;
  }
  return true;
}

/** The same in every encoding of names. */
function isPrintable(piece: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = piece[at] ?? 0;
    if (byte < 0x20 || byte > 0x7e) return false;
  }
  return true;
}
