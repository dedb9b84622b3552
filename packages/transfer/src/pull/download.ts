import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { FileSourceError, throwIfAborted, toFileSourceError, WholeBody, type ByteRange, type Clock, type Content, type Hashing, type RunningHash } from '@filesource/core';
import { lastingPartName } from '../local/own-names.ts';
import { PartFile, type PartFileOptions } from '../local/part-file.ts';
import type { TargetDirectory } from '../local/target-directory.ts';
import { receiveInRanges } from '../ranges/receive-in-ranges.ts';
import type { SparePlaces } from '../ranges/spare-places.ts';
import { isUnhurtBy, mayComeWhole } from '../ranges/whole-again.ts';
import { checkSize, receive } from '../receive.ts';
import { Checkpoints } from './checkpoints.ts';
import type { DoneRecord, Journal, PartRecord } from './journal.ts';
import type { PlannedFile } from './plan.ts';
import type { SmallFiles } from './small-files.ts';

export interface DownloadOptions {
  readonly target: TargetDirectory;
  readonly journal: Journal;
  readonly hashing: Hashing;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Files of the pull whose bytes are asked for at once. */
  readonly concurrency: number;
  readonly smallFiles: SmallFiles;
  readonly places: SparePlaces;
  readonly onBytes: (bytes: number) => void;
  /** Called when nothing more of the file is on its way, which may be before it has its place. */
  readonly onReceived: () => void;
}

export interface Downloaded {
  readonly size: number;
  readonly sha256: string;
}

/**
 * Brings one file to its place: nothing to fetch when an earlier run has it, the rest when it has a part of it.
 * - Nothing is left of one that fails, except a part that can be carried on.
 * - One that fails among ranges which were taken to be faster is fetched once more, by one connection.
 */
export async function download(file: PlannedFile, options: DownloadOptions): Promise<Downloaded> {
  const { entry, path } = file;
  const { target, journal, signal, concurrency } = options;
  // Also for what is there: that nobody swaps them meanwhile is looked at in the end.
  await target.makeParents(path);
  const earlier = journal.doneOf(path, entry);
  if (earlier !== undefined && (await isStillThere(earlier, path, options))) return { size: earlier.size, sha256: earlier.sha256 };
  const begun = journal.partOf(path, entry.ref);
  const opened: OpenedFile = begun === undefined ? { content: await file.source.open(entry, { signal, concurrency }) } : await openRest(begun, file, options);
  const whole = opened.resume === undefined ? wholeOf(opened.content, file, options) : undefined;
  if (whole === undefined) return downloadPart(file, opened, options);
  const { length } = whole;
  options.onBytes(length);
  const saved = await options.smallFiles.save(file, whole, options.onReceived);
  if (saved !== undefined) return saved;
  options.onBytes(-length);
  return download(file, options);
}

/** A file that comes bit by bit, or the rest of one. */
async function downloadPart(file: PlannedFile, opened: OpenedFile, options: DownloadOptions): Promise<Downloaded> {
  const { entry, path } = file;
  const { journal, clock, signal, concurrency } = options;
  const { content, resume, isAfresh, inOne } = opened;
  const size = content.size === null ? null : content.offset + content.size;
  const part = new PartFile({ ...placeOf(file, options), size: isAfresh === true ? null : size, ...(resume === undefined ? {} : { resume }) });
  // Without a validator nobody could tell whether the rest belongs to the same file.
  const { validator, totalSize } = content;
  const canResume = validator !== null && totalSize !== null && file.source.capabilities.openRange.support === 'native';
  const note = (bytes: number): void => {
    if (canResume) journal.recordPart({ path, ref: entry.ref, validator, totalSize, bytes });
  };
  const checkpoints = new Checkpoints(part, clock, note);
  let hadRanges = false;
  try {
    const receiving = { signal, onBytes: options.onBytes, listed: size === null ? entry.size : null, ...(canResume ? { onWritten: () => checkpoints.look() } : {}) };
    const openRange = (range: ByteRange, until: AbortSignal): Promise<Content> => {
      hadRanges = true;
      return file.source.open(entry, { range, signal: until, concurrency });
    };
    if (inOne === true) await receive(content.body, part, receiving);
    else await receiveInRanges(content, part, receiving, { source: file.source, open: openRange, places: options.places, clock });
    await checkpoints.end();
    checkSize(part.bytes, { listed: entry.size, announced: size });
    await part.finish();
  } catch (thrown) {
    const error = toFileSourceError(thrown);
    const again = hadRanges && !signal.aborted && mayComeWhole(error) ? await file.source.open(entry, { signal, concurrency }).catch(() => undefined) : undefined;
    if (again !== undefined) {
      const { bytes } = part;
      await discard(part, checkpoints, note);
      options.onBytes(-bytes);
      return downloadPart(file, { content: again, isAfresh: true, inOne: true }, options);
    }
    if (canResume && part.bytes < totalSize && (signal.aborted || isUnhurtBy(error))) await suspend(part, checkpoints, note);
    else await discard(part, checkpoints, note);
    throw error;
  }
  const proof = { size: part.bytes, sha256: part.sha256 };
  journal.recordDone({ path, entry, ...proof });
  return proof;
}

/** Keeps what is safely on the disk for a later run. */
async function suspend(part: PartFile, checkpoints: Checkpoints, note: (bytes: number) => void): Promise<void> {
  await checkpoints.end().catch(() => undefined);
  const safe = await part.suspend();
  try {
    if (safe > checkpoints.noted) note(safe);
    else if (checkpoints.noted === 0) await part.discard();
  } catch {
    // The journal cannot be written either: what was noted before holds, and the error that is under way says more.
  }
}

async function discard(part: PartFile, checkpoints: Checkpoints, note: (bytes: number) => void): Promise<void> {
  await checkpoints.end().catch(() => undefined);
  try {
    if (checkpoints.noted > 0) note(0);
  } catch {
    // The error that is under way says more; the next run sees that the part is gone.
  }
  await part.discard();
}

/** Whether the file is as an earlier run left it, its bytes still those that were proven. */
async function isStillThere({ size, sha256 }: DoneRecord, path: string, { target, hashing, signal }: DownloadOptions): Promise<boolean> {
  const finalPath = target.resolve(path);
  if ((await sizeOf(finalPath)) !== size) return false;
  const hash = await hashOf(finalPath, size, { hashing, signal });
  return hash?.hex() === sha256;
}

/** The bytes of a small file that has come already. */
function wholeOf({ body, size }: Content, { entry }: PlannedFile, { smallFiles }: DownloadOptions): Buffer | undefined {
  if (!(body instanceof WholeBody) || !smallFiles.takes(body.length)) return undefined;
  const bytes = body.takeBytes();
  if (bytes !== undefined) checkSize(bytes.length, { listed: entry.size, announced: size });
  return bytes;
}

function placeOf({ path }: PlannedFile, { target, hashing }: DownloadOptions): PartFileOptions {
  return { partPath: target.resolve(lastingPartName(path, hashing)), finalPath: target.resolve(path), shownPath: path, hashing };
}

interface OpenedFile {
  readonly content: Content;
  /** Where the part of an earlier run is carried on. */
  readonly resume?: PartFileOptions['resume'];
  /** Where bytes were noted that count no more: a part that has its full size at once would look like them after a power cut. */
  readonly isAfresh?: true;
  /** It comes by one connection, however slow that is. */
  readonly inOne?: true;
}

/** The bytes that the part of a file lacks, where it is still one of this file; else all of them. */
async function openRest(record: PartRecord, file: PlannedFile, options: DownloadOptions): Promise<OpenedFile> {
  const { source, entry } = file;
  const { hashing, signal, concurrency } = options;
  const hasPart = record.bytes > 0 && record.bytes < record.totalSize;
  const { partPath } = hasPart ? placeOf(file, options) : { partPath: '' };
  let whole: Content | undefined;
  if (hasPart && ((await sizeOf(partPath)) ?? 0) >= record.bytes) {
    const hash = await hashOf(partPath, record.bytes, { hashing, signal });
    const given = await openRestOrWhole(record.bytes, file, options);
    const { rest } = given;
    const isSame = rest?.offset === record.bytes && rest.validator === record.validator && rest.totalSize === record.totalSize;
    if (rest !== undefined && isSame && hash !== undefined) {
      options.onBytes(record.bytes);
      return { content: rest, resume: { bytes: record.bytes, hash } };
    }
    rest?.body.destroy();
    whole = given.whole;
  }
  if (record.bytes === 0) return { content: await source.open(entry, { signal, concurrency }) };
  // The part is about to hold other bytes than those of the record.
  options.journal.recordPart({ ...record, bytes: 0 });
  return { content: whole ?? (await source.open(entry, { signal, concurrency })), isAfresh: true };
}

/** Neither: the file is another one by now. Where the whole is refused as the rest was, the part is good for a later run: throws what the rest was refused with. */
async function openRestOrWhole(offset: number, { source, entry }: PlannedFile, { signal, concurrency }: DownloadOptions): Promise<{ readonly rest?: Content; readonly whole?: Content }> {
  try {
    return { rest: await source.open(entry, { range: { offset }, signal, concurrency }) };
  } catch (error) {
    if (FileSourceError.is(error, 'range-not-satisfiable', 'conflict')) return {};
    if (signal.aborted || !mayComeWhole(toFileSourceError(error))) throw error;
    return { whole: await source.open(entry, { signal, concurrency }).catch(() => Promise.reject(error)) };
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isFile() === true ? found.size : undefined;
}

/** `undefined` where so many bytes cannot be read. */
async function hashOf(path: string, bytes: number, { hashing, signal }: Pick<DownloadOptions, 'hashing' | 'signal'>): Promise<RunningHash | undefined> {
  const hash = hashing.sha256();
  if (bytes === 0) return hash;
  let seen = 0;
  try {
    for await (const chunk of createReadStream(path, { end: bytes - 1, highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
      throwIfAborted(signal);
      hash.update(chunk);
      seen += chunk.length;
    }
  } catch {
    throwIfAborted(signal);
    return undefined;
  }
  return seen === bytes ? hash : undefined;
}
