import { rm } from 'node:fs/promises';
import { FileSourceError, throwIfAborted, toFileSourceError, withTimeout, type Archive, type Clock, type Hashing, type Operation } from '@filesource/core';
import { passingPart } from '../archive/passing-part.ts';
import { receiveArchive } from '../archive/receive-archive.ts';
import { uniquePartName } from '../local/own-names.ts';
import { TargetDirectory } from '../local/target-directory.ts';
import type { SparePlaces } from '../ranges/spare-places.ts';
import type { Bundle } from './bundler.ts';
import type { Downloaded } from './download.ts';
import type { Journal } from './journal.ts';
import { matchBundle, type StagedFile } from './match-bundle.ts';
import { placeStaged } from './place-staged.ts';
import type { PlannedFile } from './plan.ts';
import { unpackArchive } from './unpack-archive.ts';

export interface FetchBundleOptions {
  readonly target: TargetDirectory;
  readonly journal: Journal;
  readonly hashing: Hashing;
  readonly clock: Clock;
  readonly places: SparePlaces;
  readonly signal: AbortSignal;
  /** The vendor's own progress, while it packs. */
  readonly onPacking: (percent: number | null, processed: number | null) => void;
  /** Bytes that came; fewer than none for those that count for nothing. */
  readonly onBytes: (bytes: number) => void;
  /** The file is at its place, proven and noted. */
  readonly onDone: (file: PlannedFile, done: Downloaded) => void;
}

/** Longest silence while an archive is fetched. */
const idleTimeoutMs = 60_000;
/** An archive that takes longer than this many times what its files would take by themselves, and this besides, is given up. */
const patienceFactor = 3;
const leastPatienceMs = 60_000;

/**
 * Brings files to their places through one archive of the vendor's, each proven as by itself.
 * - Gives back what it could not bring, to be fetched file by file: all of them when the archive failed, with the reason.
 * - Throws only when `signal` fires; what is at its place by then stays there, and nothing else is left.
 */
export async function fetchBundle(bundle: Bundle, options: FetchBundleOptions): Promise<{ readonly left: readonly PlannedFile[]; readonly error?: FileSourceError }> {
  const { target, signal } = options;
  const left = new Set(bundle.files);
  const packedPath = target.resolve(uniquePartName());
  const stagePath = target.resolve(uniquePartName());
  let counted = 0;
  const onBytes = (bytes: number): void => {
    counted += bytes;
    options.onBytes(bytes);
  };
  try {
    const staged = await bringStaged(bundle, { packedPath, stagePath, onBytes }, options);
    onBytes(-counted);
    await placeStaged(staged, {
      ...options,
      onDone: (file, done) => {
        left.delete(file);
        options.onBytes(done.size);
        options.onDone(file, done);
      },
    });
    return { left: [...left] };
  } catch (thrown) {
    throwIfAborted(signal);
    onBytes(-counted);
    return { left: [...left], error: toFileSourceError(thrown) };
  } finally {
    await rm(stagePath, { recursive: true, force: true }).catch(() => undefined);
  }
}

interface Staging {
  readonly packedPath: string;
  readonly stagePath: string;
  readonly onBytes: (bytes: number) => void;
}

/** The vendor's archive on the disk and unpacked beside the target, with what in it is which file. */
async function bringStaged(bundle: Bundle, { packedPath, stagePath, onBytes }: Staging, options: FetchBundleOptions): Promise<readonly StagedFile[]> {
  const { target, clock, places, signal } = options;
  const archive = await makeArchive(bundle, options);
  const content = await archive.open({ signal });
  const packed = passingPart({ partPath: packedPath, finalPath: packedPath, shownPath: target.path, size: content.size });
  let received = 0;
  try {
    await receiveArchive(archive, content, packed, {
      vendor: { source: bundle.source, clock, places, idleTimeoutMs },
      signal,
      onBytes: (bytes) => {
        onBytes(bytes - received);
        received = bytes;
      },
    });
    await packed.complete();
    const stage = await TargetDirectory.create(stagePath);
    const entries = await unpackArchive({ path: packedPath, bytes: packed.bytes }, content.format, stage, bundle.files, options);
    return matchBundle(bundle.files, archive.items, entries).map((match) => ({ ...match, stagedPath: stage.resolve(match.localPath) }));
  } finally {
    await packed.discard().catch(() => undefined);
  }
}

/** Asks the vendor for it and waits, not longer than is worth it. */
async function makeArchive({ source, files, choice }: Bundle, { clock, signal, onPacking }: FetchBundleOptions): Promise<Archive> {
  const known = files.map(({ entry }) => entry);
  const timeoutMs = leastPatienceMs + patienceFactor * choice.files.timeMs;
  const operation = await withTimeout(clock, timeoutMs, signal, (inner) => source.archive(known, { known, onItemError: 'skip', signal: inner }));
  try {
    for await (const { percent, processed } of operation.watch({ signal, timeoutMs })) onPacking(percent, processed);
    return await operation.result({ signal, timeoutMs });
  } catch (error) {
    await stopAtVendor(operation, clock, error, signal);
    throw error;
  }
}

const longestGoodbyeMs = 5000;

/** Whoever started it and gives up tells the vendor to stop: nobody will fetch it. */
async function stopAtVendor(operation: Operation<Archive>, clock: Clock, error: unknown, signal: AbortSignal): Promise<void> {
  if (!signal.aborted && !FileSourceError.is(error, 'timeout')) return;
  // The first error is the one that counts, and the vendor may have ended by itself.
  await withTimeout(clock, longestGoodbyeMs, undefined, (inner) => operation.cancel(inner === undefined ? {} : { signal: inner })).catch(() => undefined);
}
