import { realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { makeDirectories } from './make-directories.ts';
import { sweepParts, uniquePartName } from './own-names.ts';
import { codeOf, targetError } from './target-error.ts';

/** A file that a transfer writes, and where its bytes are until they are proven. */
export interface FileTarget {
  readonly finalPath: string;
  readonly partPath: string;
  readonly shownPath: string;
}

/**
 * Makes sure that a file can be written, before anything is asked of a vendor; throws `target-failed`.
 * - A link that the caller names is followed; what is there and is no regular file is refused, since it would be replaced.
 */
export async function prepareFileTarget(file: string): Promise<FileTarget> {
  try {
    const finalPath = await realpath(file).catch(async (error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
      const directory = dirname(resolve(file));
      await makeDirectories(directory);
      return join(await realpath(directory), basename(resolve(file)));
    });
    const found = await stat(finalPath).catch(() => undefined);
    if (found !== undefined && !found.isFile()) throw Object.assign(new Error('not a regular file'), { code: found.isDirectory() ? 'EISDIR' : 'EEXIST' });
    await sweepParts(dirname(finalPath));
    const partPath = join(dirname(finalPath), uniquePartName());
    await writeFile(partPath, '', { flag: 'wx' });
    await rm(partPath);
    return { finalPath, partPath, shownPath: file };
  } catch (error) {
    throw targetError(error, file);
  }
}
