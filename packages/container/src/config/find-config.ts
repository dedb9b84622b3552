import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The names that a config file is looked for under, the first one found wins. */
export const configFileNames = ['filesource.yaml', 'filesource.yml', 'filesource.json'] as const;

/** The config file in a folder or the nearest folder above it that has one. */
export async function findConfig(startDirectory: string): Promise<string | undefined> {
  for (let folder = resolve(startDirectory); ; folder = dirname(folder)) {
    for (const name of configFileNames) {
      const file = join(folder, name);
      if (isFile(file)) return file;
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/** At once: three looks take less than handing over the first of them to a thread. */
function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}
