import { lstat } from 'node:fs/promises';
import type { TargetDirectory } from './target-directory.ts';

interface Written {
  /** Below the target; `null` for what was not written. */
  readonly path: string | null;
  readonly size: number | null;
}

/** Tells whether all that was written right into a directory of a target is there, by size; `written` is asked for when it is first needed. */
export function createThereCheck(target: TargetDirectory, written: () => Iterable<Written>): (directory: string) => Promise<boolean> {
  let sizes: Map<string, Map<string, number | null>> | undefined;
  return async (directory) => {
    sizes ??= byDirectory(written());
    for (const [path, size] of sizes.get(directory) ?? []) {
      const found = await lstat(target.resolve(path)).catch(() => undefined);
      if (found?.isFile() !== true || (size !== null && found.size !== size)) return false;
    }
    return true;
  };
}

function byDirectory(files: Iterable<Written>): Map<string, Map<string, number | null>> {
  const directories = new Map<string, Map<string, number | null>>();
  for (const { path, size } of files) {
    if (path === null) continue;
    const directory = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    const inside = directories.get(directory) ?? new Map<string, number | null>();
    directories.set(directory, inside.set(path, size));
  }
  return directories;
}
