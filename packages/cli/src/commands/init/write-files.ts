import { FileSourceError } from '@filesource/core';
import { randomUUID } from 'node:crypto';
import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import type { SecretFile } from './draft.ts';

const ownerOnly = 0o600;
const newConfig = 0o644;

/**
 * Replaces a config in one step, so that it is the old one or the new one at any time.
 * - Keeps the rights of a file that is there; one with a secret in it is for its owner only. Follows a symbolic link.
 */
export async function writeConfig(file: string, text: string, holdsSecret: boolean): Promise<void> {
  const target = await realpath(file).catch(() => file);
  const mode = holdsSecret ? ownerOnly : ((await stat(target).catch(() => undefined))?.mode ?? newConfig) & 0o777;
  const part = `${target}.${randomUUID()}.part`;
  try {
    await writeNew(part, text, mode);
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw targetFailed(file, error);
  }
}

/** Writes files that are not there yet, and gives what takes them away again. */
export async function writeSecretFiles(files: readonly SecretFile[], folder: string): Promise<() => Promise<void>> {
  const written: string[] = [];
  const undo = async (): Promise<void> => {
    for (const path of written) await rm(path, { force: true });
  };
  for (const { path, value } of files) {
    const file = isAbsolute(path) ? path : resolve(folder, path);
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeNew(file, `${value}\n`, ownerOnly);
      written.push(file);
    } catch (error) {
      await undo();
      throw targetFailed(path, error);
    }
  }
  return undo;
}

async function writeNew(file: string, text: string, mode: number): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    // The process may have a stricter or a laxer mask.
    await handle.chmod(mode);
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function targetFailed(file: string, error: unknown): FileSourceError {
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  return new FileSourceError('target-failed', `${file} cannot be written (${code})`, { cause: error, ...(code === 'EEXIST' ? { advice: 'It is there already: name another file.' } : {}) });
}
