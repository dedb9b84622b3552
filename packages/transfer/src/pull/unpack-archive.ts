import { FileSourceError, type ArchiveFormat, type Hashing } from '@filesource/core';
import type { ArchiveEntry } from '../archive/archive-entry.ts';
import { LimitGuard, type ArchiveLimits } from '../archive/limits.ts';
import { readTarGz } from '../archive/read-tar.ts';
import { readZip } from '../archive/read-zip.ts';
import { UnpackTarget } from '../archive/unpack-target.ts';
import type { TargetDirectory } from '../local/target-directory.ts';
import type { PlannedFile } from './plan.ts';

const mebibyte = 1024 * 1024;

/**
 * Every entry of an archive of these files, read to its end and unpacked into a directory of its own.
 * - Read once: whether it is whole may be told at its very end, and nobody looks into that directory before.
 */
export async function unpackArchive(
  packed: { readonly path: string; readonly bytes: number },
  format: ArchiveFormat,
  stage: TargetDirectory,
  files: readonly PlannedFile[],
  { hashing, signal }: { readonly hashing: Hashing; readonly signal: AbortSignal },
): Promise<readonly ArchiveEntry[]> {
  if (format === 'single') throw new FileSourceError('vendor-protocol', 'the vendor sent one file in place of an archive of several');
  const read = format === 'zip' ? readZip : readTarGz;
  const guard = new LimitGuard(limitsFor(files), packed.bytes);
  return read(packed.path, { hashing, signal, guard, unpack: new UnpackTarget(stage, guard) });
}

/** More than the files that were asked for is not what was asked for. */
function limitsFor(files: readonly PlannedFile[]): Partial<ArchiveLimits> {
  const maxEntries = 2 * files.length + 100;
  if (files.some(({ entry }) => entry.size === null)) return { maxEntries };
  return { maxEntries, maxBytes: 2 * files.reduce((sum, { entry }) => sum + (entry.size ?? 0), 0) + 16 * mebibyte };
}
