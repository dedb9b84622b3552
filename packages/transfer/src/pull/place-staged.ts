import { open, rename } from 'node:fs/promises';
import { throwIfAborted } from '@filesource/core';
import type { TargetDirectory } from '../local/target-directory.ts';
import type { Downloaded } from './download.ts';
import type { Journal } from './journal.ts';
import type { StagedFile } from './match-bundle.ts';
import type { PlannedFile } from './plan.ts';
import { TaskPool } from './task-pool.ts';

export interface PlaceOptions {
  readonly target: TargetDirectory;
  readonly journal: Journal;
  readonly signal: AbortSignal;
  readonly onDone: (file: PlannedFile, done: Downloaded) => void;
}

const atOnce = 8;

/** Gives proven files their final names, their bytes forced to the disk before; what has no place stays where it is. */
export async function placeStaged(staged: readonly StagedFile[], options: PlaceOptions): Promise<void> {
  const pool = new TaskPool(atOnce);
  for (const file of staged) pool.add(() => placeOne(file, options));
  await pool.idle();
}

async function placeOne({ file, stagedPath, proof }: StagedFile, { target, journal, signal, onDone }: PlaceOptions): Promise<void> {
  throwIfAborted(signal);
  const { entry, path } = file;
  try {
    await forceToDisk(stagedPath);
    await target.makeParents(path);
    await rename(stagedPath, target.resolve(path));
  } catch {
    // Fetched by itself it meets the same obstacle, and tells of it.
    return;
  }
  journal.recordDone({ path, entry, ...proof });
  onDone(file, proof);
}

async function forceToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
