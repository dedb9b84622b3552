import { open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';
import { FileSourceError } from '@filesource/core';
import { localPathOf } from './archive/unpack-target.ts';
import { prepareFileTarget } from './local/file-target.ts';
import { syncDirectory } from './local/sync-directory.ts';
import { targetError } from './local/target-error.ts';
import type { Receipt } from './receipt.ts';

/**
 * Writes a receipt as JSON; the file is either the whole receipt or what it was before. Throws `target-failed`.
 * - Throws `conflict` for the place of a file that came: that would be gone, and the receipt might call it proven.
 */
export async function writeReceipt(receipt: Receipt, file: string): Promise<void> {
  const text = `${JSON.stringify(receipt, null, 2)}\n`;
  const special = await stat(file).then((found) => !found.isFile() && !found.isDirectory(), () => false);
  if (special) {
    await writeFile(file, text).catch((error: unknown) => {
      throw targetError(error, file);
    });
    return;
  }
  const { finalPath, partPath } = await prepareFileTarget(file);
  if (await isOwnFile(finalPath, receipt)) {
    throw new FileSourceError('conflict', `${JSON.stringify(file)} is a file that came, and the receipt would replace it`, { advice: 'Name another place for the receipt.' });
  }
  try {
    const handle = await open(partPath, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partPath, finalPath);
    await syncDirectory(dirname(finalPath));
  } catch (error) {
    await rm(partPath, { force: true });
    throw targetError(error, file);
  }
}

async function isOwnFile(finalPath: string, { file, directory, dryRun, files, extras = [] }: Receipt): Promise<boolean> {
  if (file !== undefined) return finalPath === (await realpath(file).catch(() => undefined));
  const home = directory === undefined || dryRun === true ? undefined : await realpath(directory).catch(() => undefined);
  if (home === undefined) return false;
  const path = relative(home, finalPath).split(sep).join('/');
  // Also what is not what was asked for: it came, and nobody else has it.
  return files.some((row) => row.sha256 !== null && row.path === path) || extras.some((extra) => localPathOf(extra) === path);
}
