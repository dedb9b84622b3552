import { open } from 'node:fs/promises';

/**
 * Forces the names in a directory to the disk, so that a power cut does not take away files whose bytes are safe.
 * - Does nothing where the system cannot do that for a directory.
 */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (handle === undefined) return;
  try {
    await handle.sync();
  } catch {
    // Windows and some network file systems refuse; the bytes themselves are forced to the disk file by file.
  } finally {
    await handle.close();
  }
}
