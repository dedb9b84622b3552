import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../../packages/cli/bin/filesource.js', import.meta.url));

/** Writes the config of a workload; the command line finds it in the folder that it runs in. */
export async function writeConfig(directory, sources) {
  await writeFile(join(directory, 'filesource.json'), JSON.stringify({ sources }));
}

/** The command line as a user calls it. */
export function filesource(...args) {
  return [process.execPath, cli, ...args];
}

/** A script of this folder, on Node. */
export function script(path, ...args) {
  return [process.execPath, fileURLToPath(new URL(`../${path}`, import.meta.url)), ...args.map(String)];
}

/** Takes what a script of `inside/` or `peers/` measured of itself, which leaves its start-up out. */
export function asTold({ stdout, ...measured }) {
  return { ...measured, ...JSON.parse(stdout.trim().split('\n').at(-1)) };
}
