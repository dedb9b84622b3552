import { FileSourceError, lookOf, toFileSourceError } from '@filesource/core';
import yauzl, { type Entry, type RandomAccessReader, type ZipFile } from 'yauzl';
import { corruptEntry, isDirectoryPath, refusedEntry } from './archive-entry.ts';
import type { LimitGuard } from './limits.ts';

/** What the central directory says about one entry. */
export interface ZipEntry {
  readonly path: string;
  readonly isDirectory: boolean;
  readonly method: number;
  readonly crc32: number;
  readonly packedSize: number;
  readonly size: number;
  readonly headerOffset: number;
  /** Why it cannot be read. */
  readonly error?: FileSourceError;
}

/** The bytes of an archive, wherever they are. */
export interface ZipBytes extends RandomAccessReader {
  /** Its first bytes, as many as there are of 512. */
  start(): Buffer;
}

/**
 * Everything in a ZIP, by its central directory and not by what stands between the entries.
 * - `onCount` is told first how many entries the ZIP says that it has, which passed the ceiling.
 * - Throws `truncated` for one that is cut, `corrupt` for what is no ZIP, `too-large` past a ceiling.
 */
export async function readZipDirectory(bytes: ZipBytes, size: number, guard: LimitGuard, onCount?: (entries: number) => void): Promise<ZipEntry[]> {
  const entries: ZipEntry[] = [];
  try {
    // Names are decoded here: yauzl would end at the first one that it does not like. Sizes are compared entry by entry.
    const zip = await yauzl.fromRandomAccessReaderPromise(bytes, size, { decodeStrings: false, validateEntrySizes: false, autoClose: false });
    guard.checkEntries(zip.entryCount);
    onCount?.(zip.entryCount);
    await readEntries(zip, (entry) => {
      guard.addEntry();
      const zipEntry = toZipEntry(entry);
      guard.addName(zipEntry.path);
      guard.addPacked(zipEntry.packedSize);
      guard.addBytes(zipEntry.size);
      entries.push(zipEntry);
    });
  } catch (error) {
    throw brokenZip(error, bytes.start().toString('latin1'));
  }
  return entries;
}

/** Other work gets its turn after so many entries. */
const entriesInATurn = 1024;

/** By events and not by its iterator: where bytes are at hand, a promise or two for each entry cost more than the entry. */
function readEntries(zip: ZipFile, take: (entry: Entry) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let [isAsking, hasCome] = [false, false];
    const ask = (): void => {
      isAsking = true;
      let asked = 0;
      do {
        hasCome = false;
        zip.readEntry();
        asked += 1;
      } while (hasCome && asked < entriesInATurn);
      isAsking = false;
      if (hasCome) setImmediate(ask);
    };
    zip.on('entry', (entry: Entry) => {
      try {
        take(entry);
      } catch (error) {
        reject(error);
        return;
      }
      if (isAsking) hasCome = true;
      else ask();
    });
    zip.on('error', reject);
    zip.on('end', resolve);
    ask();
  });
}

function toZipEntry(entry: Entry): ZipEntry {
  const path = decodeName(entry);
  const facts = {
    path,
    isDirectory: isDirectoryPath(path),
    method: entry.compressionMethod,
    crc32: entry.crc32,
    packedSize: entry.compressedSize,
    size: entry.uncompressedSize,
    headerOffset: entry.relativeOffsetOfLocalHeader,
  };
  const error = problemOf(entry, path);
  return error === undefined ? facts : { ...facts, error };
}

function problemOf(entry: Entry, path: string): FileSourceError | undefined {
  if (entry.isEncrypted()) return refusedEntry(path, 'encrypted');
  if (((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000) return refusedEntry(path, 'a symbolic link, which is refused');
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) return refusedEntry(path, `packed by the method ${entry.compressionMethod}, which is not known here`);
  if (entry.compressionMethod === 0 && entry.compressedSize !== entry.uncompressedSize) return corruptEntry(path, 'its two sizes differ although it is not packed');
  return undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** UTF-8 where the flag, an extra field or the bytes themselves say so, else CP437. */
function decodeName(entry: Entry): string {
  const raw = entry.fileNameRaw;
  const isMarked = (entry.generalPurposeBitFlag & 0x800) !== 0;
  if (!isMarked && raw.some((byte) => byte > 0x7f || byte < 0x20)) {
    // Programs that forget the flag: what is well-formed UTF-8 by chance hardly exists in CP437, and pictures for control characters less.
    try {
      return utf8.decode(raw);
    } catch {
      // It is CP437, or has a field with the name.
    }
  }
  return yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, raw, entry.extraFields, true);
}

function brokenZip(thrown: unknown, start: string): FileSourceError {
  if (FileSourceError.is(thrown)) return thrown;
  const error = toFileSourceError(thrown);
  if (!start.startsWith('PK')) {
    return new FileSourceError('corrupt', `expected a ZIP, got ${lookOf(start)}`, { advice: 'Fetch it again; when it stays so, the vendor sends something else in its place.', cause: thrown });
  }
  if (/End of central directory|ends too early|EOF/i.test(error.message)) {
    return new FileSourceError('truncated', 'the ZIP is cut: it has no directory at its end', { status: 'persistent', advice: 'Fetch it again.', cause: thrown });
  }
  return new FileSourceError('corrupt', `the directory of the ZIP is damaged: ${error.message}`, { advice: 'Fetch it again.', cause: thrown });
}
