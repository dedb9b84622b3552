import * as fs from 'node:fs';
import { throwIfAborted, toFileSourceError, type FileSourceError, type Hashing } from '@filesource/core';
import { endsTransfer, targetError } from '../local/target-error.ts';
import { openArchiveBytes } from './archive-bytes.ts';
import { corruptEntry, type ArchiveEntry } from './archive-entry.ts';
import type { EntryFailure, EntryOutcome, EntryTask } from './entry-reader.ts';
import { EntryReaders, threadsFor } from './entry-readers.ts';
import { FileWindow } from './file-window.ts';
import type { LimitGuard } from './limits.ts';
import type { UnpackPlace, UnpackTarget } from './unpack-target.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';

export interface ReadArchiveOptions {
  readonly hashing: Hashing;
  readonly guard: LimitGuard;
  readonly signal?: AbortSignal;
  /** Entries are unpacked there as they are read; without it they are only read. */
  readonly unpack?: UnpackTarget;
}

export interface ReadZipOptions extends Omit<ReadArchiveOptions, 'hashing'> {
  /** Threads that read the entries, in place of this one; default: as many as are worth it. */
  readonly threads?: number;
}

const directoryWindowBytes = 1024 * 1024;

/** What is read without a pause, here or as one message to a thread. */
const batchEntries = 64;
const batchBytes = 2 * 1024 * 1024;

/**
 * Reads every entry of a ZIP to its end, comparing size and CRC-32.
 * - An entry that is damaged, encrypted or a link gets an `error`, and the others are read.
 * - Throws for an archive that is no ZIP, cut, or past a ceiling.
 */
export async function readZip(file: string, options: ReadZipOptions): Promise<ArchiveEntry[]> {
  const { guard, signal } = options;
  let readers: EntryReaders | undefined;
  const startReaders = (work: Parameters<typeof threadsFor>[0]): EntryReaders => (readers ??= new EntryReaders(file, options.threads ?? threadsFor(work)));
  const close = async (): Promise<void> => readers?.close();
  const onAbort = (): void => void close();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    // Threads start while the directory of what is surely worth them is read.
    const zipEntries = await directoryOf(file, guard, (entries) => void (threadsFor({ entries, bytes: 0 }) > 0 && startReaders({ entries, bytes: 0 })));
    throwIfAborted(signal);
    const work = { entries: zipEntries.length, bytes: zipEntries.reduce((sum, { size }) => sum + size, 0) };
    return await new ZipReading(zipEntries, startReaders(work), options).run();
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await close();
  }
}

async function directoryOf(file: string, guard: LimitGuard, onCount: (entries: number) => void): Promise<readonly ZipEntry[]> {
  const bytes = openArchiveBytes(fs, file, directoryWindowBytes);
  try {
    return await readZipDirectory(new FileWindow(bytes), bytes.size, guard, onCount);
  } finally {
    bytes.close();
  }
}

/** An entry that is a file, and where it goes. */
interface Planned {
  readonly entry: ZipEntry;
  readonly place: UnpackPlace | undefined;
  /** In the order of the directory. */
  readonly index: number;
}

/** Names, places and what becomes of failures are decided here; readers only read what they are told. */
class ZipReading {
  readonly #readers: EntryReaders;
  readonly #options: ReadZipOptions;
  readonly #left: Iterator<ZipEntry>;
  readonly #entries: ArchiveEntry[] = [];
  #files = 0;

  constructor(zipEntries: readonly ZipEntry[], readers: EntryReaders, options: ReadZipOptions) {
    this.#left = zipEntries.values();
    this.#readers = readers;
    this.#options = options;
  }

  async run(): Promise<ArchiveEntry[]> {
    await Promise.all(Array.from({ length: this.#readers.lanes }, (_, lane) => this.#runLane(lane)));
    return this.#entries;
  }

  async #runLane(lane: number): Promise<void> {
    for (let batch = this.#nextBatch(); batch !== undefined; batch = this.#nextBatch()) {
      const outcomes = await this.#readers.read(lane, batch.map((planned) => taskOf(planned)));
      for (const [index, planned] of batch.entries()) this.#settle(planned, outcomes[index]);
      throwIfAborted(this.#options.signal);
    }
  }

  /** May be empty; `undefined` when everything is planned. */
  #nextBatch(): readonly Planned[] | undefined {
    const batch: Planned[] = [];
    for (let [seen, bytes] = [0, 0]; seen < batchEntries && bytes < batchBytes; seen += 1) {
      const next = this.#left.next();
      if (next.done === true) return seen === 0 ? undefined : batch;
      const planned = this.#plan(next.value);
      if (planned === undefined) continue;
      batch.push(planned);
      bytes += planned.entry.size;
    }
    return batch;
  }

  /** `undefined` for what has nothing to be read. */
  #plan(entry: ZipEntry): Planned | undefined {
    const { unpack } = this.#options;
    if (entry.isDirectory) {
      unpack?.makeDirectory(entry.path);
      return undefined;
    }
    const index = this.#files;
    this.#files += 1;
    try {
      if (entry.error !== undefined) throw entry.error;
      return { entry, place: unpack?.placeFile(entry.path), index };
    } catch (error) {
      this.#fail({ entry, index }, toFileSourceError(error));
      return undefined;
    }
  }

  #settle(planned: Planned, outcome: EntryOutcome | undefined): void {
    const { entry, place, index } = planned;
    if (typeof outcome === 'string') this.#entries[index] = { path: entry.path, size: entry.size, sha256: outcome, localPath: place?.localPath ?? null };
    else if (outcome !== undefined) this.#fail(planned, errorOf(planned, outcome));
  }

  #fail({ entry: { path, size }, index }: Pick<Planned, 'entry' | 'index'>, error: FileSourceError): void {
    if (endsTransfer(error) || error.kind === 'too-large') throw error;
    this.#entries[index] = { path, size, sha256: null, localPath: null, error };
  }
}

function taskOf({ entry: { headerOffset, packedSize, size, method, crc32 }, place }: Planned): EntryTask {
  return { headerOffset, packedSize, size, method, crc32, path: place?.fullPath ?? null };
}

function errorOf({ entry, place }: Planned, { of, why, code, cause }: EntryFailure): FileSourceError {
  if (of === 'entry') return corruptEntry(entry.path, why, cause === undefined ? undefined : new Error(cause));
  const thrown = Object.assign(new Error(why), { code });
  return of === 'target' ? targetError(thrown, place?.localPath ?? entry.path) : toFileSourceError(thrown);
}
