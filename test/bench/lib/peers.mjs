import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Programs that are compared with or served by: how each tells its version, and the Debian package that brings it. */
const programs = {
  bash: { args: ['--version'], debian: 'bash' },
  curl: { args: ['--version'], debian: 'curl' },
  rclone: { args: ['version'], debian: 'rclone' },
  aria2c: { args: ['--version'], debian: 'aria2' },
  bsdtar: { args: ['--version'], debian: 'libarchive-tools' },
  unzip: { args: ['-v'], debian: 'unzip' },
  nginx: { args: ['-v'], debian: 'nginx' },
  openssl: { args: ['version'], debian: 'openssl' },
};

/** Installed on demand, in a folder of its own and never in this repository. */
const filesSdkVersion = '2.6.0';

/** Finds every peer once: `{ found: Map(name → { version, path? }), missing: Map(name → reason) }`. */
export async function findPeers({ install = true } = {}) {
  const [found, missing] = [new Map(), new Map()];
  for (const [name, { args, debian }] of Object.entries(programs)) {
    try {
      const { stdout, stderr } = await run(name, args);
      found.set(name, { version: /\d+(\.\d+)+[\w.-]*/.exec(stdout + stderr)?.[0] ?? 'unknown' });
    } catch {
      missing.set(name, `${name} is not installed (Debian: apt-get install ${debian})`);
    }
  }
  findAxios(found, missing);
  await findFilesSdk(found, missing, install);
  return { found, missing };
}

/** The axios that this repository has, used as it comes. */
function findAxios(found, missing) {
  try {
    const path = createRequire(new URL('../../../packages/http/package.json', import.meta.url)).resolve('axios/package.json');
    found.set('axios', { version: JSON.parse(readFileSync(path, 'utf8')).version });
  } catch {
    missing.set('axios', 'axios is not installed: npm ci');
  }
}

async function findFilesSdk(found, missing, install) {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'filesource-bench', `files-sdk-${filesSdkVersion}`);
  const path = join(folder, 'node_modules', 'files-sdk');
  try {
    if (!existsSync(path)) {
      if (!install) throw new Error('not installed, and nothing is installed in this run');
      await mkdir(folder, { recursive: true });
      await run('npm', ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', `files-sdk@${filesSdkVersion}`], { cwd: folder });
    }
    found.set('files-sdk', { version: JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')).version, path });
  } catch (error) {
    // The message of a failed npm is its command line, with the paths of this machine.
    const why = error.cmd === undefined ? error.message : 'npm could not install it';
    missing.set('files-sdk', `files-sdk@${filesSdkVersion} cannot be had: ${why}`);
  }
}
