import { FileSourceError, type ArchiveItem } from '@filesource/core';
import type { ArchiveEntry } from '../archive/archive-entry.ts';
import { matchItems } from '../archive/match-items.ts';
import { nameKey } from '../archive/name-key.ts';
import type { Downloaded } from './download.ts';
import type { PlannedFile } from './plan.ts';

/** What in an archive is which file; `localPath` is where it was unpacked to. */
export interface Match {
  readonly file: PlannedFile;
  readonly localPath: string;
  readonly proof: Downloaded;
}

export interface StagedFile extends Match {
  readonly stagedPath: string;
}

/**
 * The files that an archive brought whole: of the name and size that were listed, and undamaged.
 * - Throws `conflict` for an archive with anything that nobody asked for: it may be another one, of files with the same names.
 */
export function matchBundle(files: readonly PlannedFile[], items: readonly ArchiveItem[], entries: readonly ArchiveEntry[]): readonly Match[] {
  const { entryOf, extras } = matchItems(items, entries);
  if (extras.length > 0) throw new FileSourceError('conflict', `the archive holds ${extras.length} files that nobody asked for`, { advice: 'Fetch the files by themselves.' });
  const itemOf = new Map(items.map((item) => [keyOf(item.ref.folder, item.ref.file), item]));
  return files.flatMap((file) => {
    const { entry } = file;
    const item = itemOf.get(keyOf(entry.folder, entry.id));
    const found = item === undefined ? undefined : entryOf.get(item);
    return found === undefined ? [] : matchOf(file, found);
  });
}

function matchOf(file: PlannedFile, { path, size, sha256, localPath, error }: ArchiveEntry): readonly Match[] {
  const { entry } = file;
  const isWhole = error === undefined && sha256 !== null && localPath !== null;
  // A name that only resembles is not enough to put bytes under another one.
  const isSame = nameKey(path) === nameKey(entry.name) && (entry.size === null || entry.size === size);
  return isWhole && isSame ? [{ file, localPath, proof: { size, sha256 } }] : [];
}

function keyOf(folder: string, file: string | undefined): string {
  return JSON.stringify([folder, file]);
}
