import { FileSourceError } from '@filesource/core';

/** A file in an archive after it was read to its end. */
export interface ArchiveEntry {
  /** As the archive writes it. */
  readonly path: string;
  readonly size: number;
  /** `null` when it could not be read. */
  readonly sha256: string | null;
  /** Where it was unpacked to, below the directory. */
  readonly localPath: string | null;
  /** Why it is not the file that it should be. */
  readonly error?: FileSourceError;
}

export function corruptEntry(path: string, why: string, cause?: unknown): FileSourceError {
  return new FileSourceError('corrupt', `${JSON.stringify(path)} in the archive is damaged: ${why}`, { advice: 'Fetch it again.', ...(cause === undefined ? {} : { cause }) });
}

export function refusedEntry(path: string, why: string): FileSourceError {
  return new FileSourceError('unsupported', `${JSON.stringify(path)} in the archive is ${why}`);
}

/** Names fit for a directory end with a slash; some Windows programs write the other one. */
export function isDirectoryPath(path: string): boolean {
  return path.endsWith('/') || path.endsWith('\\');
}
