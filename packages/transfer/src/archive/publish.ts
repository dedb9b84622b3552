import { lstatSync, renameSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FileSourceError } from '@filesource/core';
import { syncDirectory } from '../local/sync-directory.ts';
import type { TargetDirectory } from '../local/target-directory.ts';
import { endsTransfer, targetError } from '../local/target-error.ts';
import type { ArchiveEntry } from './archive-entry.ts';
import type { UnpackTarget } from './unpack-target.ts';

export interface PublishOptions {
  readonly from: TargetDirectory;
  readonly to: TargetDirectory;
  /** What named everything in `from`. */
  readonly unpack: UnpackTarget;
}

/** Other work gets its turn after so many moves. */
const movesInATurn = 64;

/**
 * Moves everything that was unpacked to its place: a directory that is not there yet at once with all that is in it, else file by file.
 * - A file replaces one of its name. An entry that cannot be moved gets an `error`, and the others are moved.
 * - Forces the names to the disk, except those in `to` itself. Throws `target-failed` when nothing more can be moved, or what was moved is a link.
 */
export async function publish(entries: readonly ArchiveEntry[], { from, to, unpack }: PublishOptions): Promise<readonly ArchiveEntry[]> {
  const move = new Move(from, to);
  await move.inside('');
  for (const directory of unpack.directories) {
    // One that was swapped for a link meanwhile has led elsewhere, and came here as a link.
    if (move.errorOf(directory) === undefined) await to.checkDirectory(directory);
    await syncDirectory(to.resolve(directory));
  }
  if (move.failures.size === 0) return entries;
  return entries.map((entry) => {
    const error = entry.localPath === null ? undefined : move.errorOf(entry.localPath);
    return error === undefined ? entry : { path: entry.path, size: entry.size, sha256: null, localPath: null, error };
  });
}

class Move {
  /** Of files and directories, by their local paths. */
  readonly failures = new Map<string, FileSourceError>();
  readonly #from: TargetDirectory;
  readonly #to: TargetDirectory;
  #moves = 0;

  constructor(from: TargetDirectory, to: TargetDirectory) {
    this.#from = from;
    this.#to = to;
  }

  async inside(directory: string): Promise<void> {
    for (const entry of await readdir(join(this.#from.path, directory), { withFileTypes: true })) {
      const localPath = directory === '' ? entry.name : `${directory}/${entry.name}`;
      if (entry.isDirectory()) await this.#directory(localPath);
      else this.#file(localPath);
      this.#moves += 1;
      if (this.#moves % movesInATurn === 0) await nextTurn();
    }
  }

  /** Of the file itself, or of a directory above it. */
  errorOf(localPath: string): FileSourceError | undefined {
    for (let end = localPath.length; end > 0; end = localPath.lastIndexOf('/', end - 1)) {
      const error = this.failures.get(localPath.slice(0, end));
      if (error !== undefined) return error;
    }
    return undefined;
  }

  async #directory(localPath: string): Promise<void> {
    if (moveWhole(this.#from.resolve(localPath), this.#to.resolve(localPath))) return;
    // It is there, or stands on another file system.
    try {
      await this.#to.makeDirectory(localPath);
    } catch (error) {
      this.#fail(localPath, error);
      return;
    }
    await this.inside(localPath);
  }

  #file(localPath: string): void {
    try {
      renameSync(this.#from.resolve(localPath), this.#to.resolve(localPath));
    } catch (error) {
      this.#fail(localPath, error);
    }
  }

  #fail(localPath: string, thrown: unknown): void {
    const error = targetError(thrown, localPath);
    if (endsTransfer(error)) throw error;
    this.failures.set(localPath, error);
  }
}

function moveWhole(from: string, to: string): boolean {
  try {
    if (lstatSync(to, { throwIfNoEntry: false }) !== undefined) return false;
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}
