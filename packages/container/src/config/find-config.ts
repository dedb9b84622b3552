import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** The names that a config file is looked for under, the first one found wins. */
export const configFileNames = ['filesource.yaml', 'filesource.yml', 'filesource.json'] as const;

/** The config file in a folder or the nearest folder above it that has one. */
export async function findConfig(startDirectory: string): Promise<string | undefined> {
  for (let folder = resolve(startDirectory); ; folder = dirname(folder)) {
    for (const name of configFileNames) {
      const file = join(folder, name);
      if ((await stat(file).catch(() => undefined))?.isFile() === true) return file;
    }
    if (dirname(folder) === folder) return undefined;
  }
}
