import { rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FileSourceError, throwIfAborted, toFileSourceError, untilAborted, type Archive, type ArchiveContent, type Clock, type FileSource, type Hashing, type Operation } from '@filesource/core';
import { Answers } from '../answers.ts';
import type { TransferListener } from '../events.ts';
import { createThereCheck } from '../local/are-there.ts';
import { lockDirectory, type DirectoryLock } from '../local/directory-lock.ts';
import { eitherOf } from '../local/either-of.ts';
import { prepareFileTarget, type FileTarget } from '../local/file-target.ts';
import { sweepParts, uniquePartName } from '../local/own-names.ts';
import { PartFile } from '../local/part-file.ts';
import { syncDirectory } from '../local/sync-directory.ts';
import { TargetDirectory } from '../local/target-directory.ts';
import { placesBesideBodies } from '../ranges/spare-places.ts';
import { createReceipt, type Receipt } from '../receipt.ts';
import { writeReceipt } from '../write-receipt.ts';
import type { ArchiveEntry } from './archive-entry.ts';
import { LimitGuard, type ArchiveLimits } from './limits.ts';
import { passingPart } from './passing-part.ts';
import { proveArchive } from './prove-archive.ts';
import { publish } from './publish.ts';
import { readTarGz } from './read-tar.ts';
import { readZip } from './read-zip.ts';
import { receiveArchive } from './receive-archive.ts';
import { localPathOf, UnpackTarget } from './unpack-target.ts';

interface FetchOptions {
  readonly source: FileSource;
  /** File id to the ending that it is converted to, such as `.pdf`. */
  readonly convert?: Readonly<Record<string, string>>;
  /** Keep the archive whole in a file, or unpack it into a directory. */
  readonly to: { readonly file: string } | { readonly directory: string };
  readonly signal?: AbortSignal;
  readonly clock: Clock;
  readonly hashing: Hashing;
  readonly onEvent?: TransferListener;
  readonly limits?: Partial<ArchiveLimits>;
  /** Longest wait for the vendor's operation; default: no limit. */
  readonly timeoutMs?: number;
  /** Longest silence while the archive is fetched; default 60,000. */
  readonly idleTimeoutMs?: number;
  /** Where the receipt is written. */
  readonly receiptFile?: string;
}

export type FetchArchiveOptions = FetchOptions &
  (
    | { readonly refs: readonly string[] }
    /** An archive that was started before; asked for once the target is known to take it, since an end may be told only once. */
    | { readonly operation: () => Promise<Operation<Archive>> }
  );

/**
 * Fetches files and folders as one archive, reads it to its end, and proves it against what was asked for.
 * - An archive that lacks files is kept, and the receipt names them. One that is cut or no archive throws, and nothing appears.
 * - An abort, or a wait that is too long, cancels the vendor's operation if it was started here.
 * - Throws `conflict` while another transfer writes to the directory, and where the receipt would replace a file of the archive: the files stay then.
 */
export async function fetchArchive(options: FetchArchiveOptions): Promise<Receipt> {
  const started = new Date(options.clock.now()).toISOString();
  checkReceiptFile(options);
  const target = await prepareTarget(options);
  try {
    return await fetchInto(target, started, target.lock === undefined ? options : { ...options, signal: eitherOf(target.lock.lost, options.signal) });
  } finally {
    await target.lock?.release();
  }
}

/** The archive is fetched while what was asked for is still being listed, and a listener may still be at it; whichever of them fails ends the others. */
async function fetchInto(target: Target, started: string, options: FetchArchiveOptions): Promise<Receipt> {
  const over = new AbortController();
  const signal = eitherOf(over.signal, options.signal);
  let beside: FileSourceError | undefined;
  const onFailed = (thrown: unknown): void => {
    const error = toFileSourceError(thrown);
    if (options.signal?.aborted !== true) beside ??= error;
    over.abort(error);
  };
  const answers = new Answers(onFailed);
  const onEvent: TransferListener = (event) => answers.add(options.onEvent?.(event));
  try {
    const receipt = await fetchWhile(target, started, { ...options, signal, onEvent }, onFailed);
    await answers.settled(signal);
    throwIfAborted(over.signal);
    return receipt;
  } catch (error) {
    over.abort(error);
    throw toFileSourceError(beside ?? error);
  }
}

async function fetchWhile(target: Target, started: string, options: FetchArchiveOptions & { readonly signal: AbortSignal }, onUnlisted: (error: unknown) => void): Promise<Receipt> {
  const { source, convert, to, signal, clock, onEvent, receiptFile } = options;
  const operation = await operationOf(options);
  const archive = await waitFor(operation, options);
  archive.itemsListed?.catch(onUnlisted);
  const withSignal = signal === undefined ? {} : { signal };
  const content = await archive.open(withSignal);
  const isPassing = target.directory !== undefined && content.format !== 'single';
  const place = { ...target.file, size: content.size };
  const part = isPassing ? passingPart(place) : new PartFile({ ...place, hashing: options.hashing });
  const tellNowAndThen = nowAndThen(clock, onEvent);
  try {
    await receiveArchive(archive, content, part, {
      // An archive that core makes reads file by file, and each file is watched over there.
      ...(source.capabilities.archive.support === 'emulated' ? {} : { vendor: { source, clock, places: placesBesideBodies(source), idleTimeoutMs: options.idleTimeoutMs ?? 60_000 } }),
      ...withSignal,
      onBytes: (bytes, totalBytes) => tellNowAndThen({ type: 'progress', files: 0, totalFiles: archive.items.length, bytes, totalBytes }),
    });
    await part.complete();
    const entries = await readEntries(archive, content, part, target, options);
    await allListed(archive, signal);
    if (target.directory === undefined) await part.finish();
    else if (content.format !== 'single') await part.discard();
    if (target.directory === undefined) await syncDirectory(dirname(target.file.finalPath));
    else await target.directory.sync(createThereCheck(target.directory, () => writtenOf(entries)));
    const { files, extras } = proveArchive(archive.items, entries, {
      source: source.name,
      convertedIds: new Set(Object.keys(convert ?? {})),
      isSingle: content.format === 'single',
    });
    const receipt = createReceipt({
      operation: 'archive',
      started,
      finished: new Date(clock.now()).toISOString(),
      ...to,
      ...('file' in to ? { archive: { size: part.bytes, sha256: part.sha256 } } : {}),
      format: content.format,
      ...(archive.warning === null ? {} : { warning: archive.warning }),
      files,
      ...(extras.length === 0 ? {} : { extras }),
    });
    tellRows(receipt, onEvent);
    if (receiptFile !== undefined) await writeReceipt(receipt, receiptFile);
    onEvent?.({ type: 'done', complete: receipt.complete, totals: receipt.totals });
    return receipt;
  } catch (error) {
    await part.discard();
    throw error;
  }
}

/** Nothing appears in its place before it is known what it has to be proven against. */
async function allListed({ itemsListed }: Archive, signal: AbortSignal | undefined): Promise<void> {
  if (itemsListed !== undefined) await untilAborted(itemsListed, signal);
}

const progressEveryMs = 200;

/** An event for each chunk would be thousands in a second. */
function nowAndThen(clock: Clock, listener: TransferListener | undefined): TransferListener {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (event) => {
    if (Math.abs(clock.now() - toldMs) < progressEveryMs) return;
    toldMs = clock.now();
    listener?.(event);
  };
}

interface Target {
  readonly file: FileTarget;
  readonly directory?: TargetDirectory;
  readonly lock?: DirectoryLock;
}

/** What an archive unpacks to is known only later, and looked at when the receipt is written. */
function checkReceiptFile({ to, receiptFile }: FetchArchiveOptions): void {
  if (receiptFile === undefined || !('file' in to) || resolve(to.file) !== resolve(receiptFile)) return;
  throw new FileSourceError('invalid-argument', `${JSON.stringify(receiptFile)} cannot be the archive and its receipt`, { advice: 'Name another place for the receipt.' });
}

async function prepareTarget({ to, signal }: FetchArchiveOptions): Promise<Target> {
  if ('file' in to) return { file: await prepareFileTarget(to.file) };
  const directory = await TargetDirectory.prepare(to.directory);
  const lock = await lockDirectory(directory.path, { signal });
  await sweepParts(directory.path);
  const partPath = directory.resolve(uniquePartName());
  return { directory, lock, file: { partPath, finalPath: partPath, shownPath: to.directory } };
}

async function operationOf(options: FetchArchiveOptions): Promise<Operation<Archive>> {
  if ('operation' in options) return options.operation();
  const { source, refs, convert, signal } = options;
  return source.archive(refs, { onItemError: 'skip', itemsMayFollow: true, ...(convert === undefined ? {} : { convert }), ...(signal === undefined ? {} : { signal }) });
}

/** The vendor's progress as events, and then the archive; whoever started it and gives up tells the vendor to stop. */
async function waitFor(operation: Operation<Archive>, options: FetchArchiveOptions): Promise<Archive> {
  const { signal, timeoutMs, onEvent } = options;
  const wait = { ...(signal === undefined ? {} : { signal }), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  try {
    for await (const { percent, processed } of operation.watch(wait)) onEvent?.({ type: 'operation-progress', percent, processed });
    return await operation.result(wait);
  } catch (error) {
    const givenUp = 'refs' in options && (signal?.aborted === true || FileSourceError.is(error, 'timeout'));
    // The first error is the one that counts, and the vendor may have ended by itself.
    if (givenUp) await operation.cancel().catch(() => undefined);
    throw error;
  }
}

async function readEntries(archive: Archive, content: ArchiveContent, part: PartFile, target: Target, options: FetchArchiveOptions): Promise<readonly ArchiveEntry[]> {
  const { directory, file } = target;
  if (content.format === 'single') {
    const path = content.name ?? archive.name;
    await allListed(archive, options.signal);
    const localPath = directory === undefined ? null : await placeSingle(part, path, directory);
    return [{ path, size: part.bytes, sha256: part.sha256, localPath }];
  }
  const { hashing, limits = {}, signal } = options;
  const reading = { hashing, guard: new LimitGuard(limits, part.bytes), ...(signal === undefined ? {} : { signal }) };
  const read = content.format === 'zip' ? readZip : readTarGz;
  if (directory === undefined) return read(file.partPath, reading);
  const stage = await TargetDirectory.create(directory.resolve(uniquePartName()));
  const unpack = new UnpackTarget(stage, reading.guard);
  try {
    const entries = await read(file.partPath, { ...reading, unpack });
    await allListed(archive, signal);
    throwIfAborted(signal);
    return await publish(entries, { from: stage, to: directory, unpack });
  } finally {
    await rm(stage.path, { recursive: true, force: true });
  }
}

function writtenOf(entries: readonly ArchiveEntry[]): { readonly path: string | null; readonly size: number }[] {
  return entries.filter(({ error }) => error === undefined).map(({ localPath, size }) => ({ path: localPath, size }));
}

async function placeSingle(part: PartFile, path: string, directory: TargetDirectory): Promise<string> {
  const localPath = localPathOf(path);
  await directory.makeParents(localPath);
  await part.finish(directory.resolve(localPath));
  return localPath;
}

function tellRows(receipt: Receipt, onEvent: TransferListener | undefined): void {
  for (const { ref, path, size, sha256, status, error } of receipt.files) {
    if (status === 'ok' && path !== null && size !== null && sha256 !== null) onEvent?.({ type: 'file-done', ref, path, size, sha256 });
    else if (error !== undefined) onEvent?.({ type: 'file-failed', ref, error });
  }
}
