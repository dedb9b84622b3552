import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { prepareFileTarget } from './local/file-target.ts';
import { syncDirectory } from './local/sync-directory.ts';
import { targetError } from './local/target-error.ts';
import type { Receipt } from './receipt.ts';

/** Writes a receipt as JSON; the file is either the whole receipt or what it was before. Throws `target-failed`. */
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
