import type { Hashing } from '@filesource/core';
import { PartFile } from '../local/part-file.ts';
import { ownPrefix } from '../local/safe-name.ts';
import type { TargetDirectory } from '../local/target-directory.ts';
import { checkSize, receive } from '../receive.ts';
import type { PlannedFile } from './plan.ts';

export interface DownloadOptions {
  readonly target: TargetDirectory;
  readonly hashing: Hashing;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

export interface Downloaded {
  readonly size: number;
  readonly sha256: string;
}

/** Fetches one file to its place; nothing is left of one that fails. */
export async function download(file: PlannedFile, options: DownloadOptions): Promise<Downloaded> {
  const { source, entry, path } = file;
  const { target, hashing, signal, onBytes } = options;
  const finalPath = target.resolve(path);
  await target.makeParents(path);
  const content = await source.open(entry, { signal });
  const part = new PartFile({ partPath: target.resolve(partPathOf(path, hashing)), finalPath, shownPath: path, hashing });
  try {
    await receive(content.body, part, { signal, onBytes });
    checkSize(part.bytes, { listed: entry.size, announced: content.size });
    await part.finish();
    return { size: part.bytes, sha256: part.sha256 };
  } catch (error) {
    await part.discard();
    throw error;
  }
}

/** Beside the file, under a name that no file of a vendor gets, and always the same one. */
export function partPathOf(path: string, hashing: Hashing): string {
  const hash = hashing.sha256();
  hash.update(Buffer.from(path));
  return `${path.slice(0, path.lastIndexOf('/') + 1)}${ownPrefix}${hash.hex().slice(0, 24)}.part`;
}
