import { okFinding, skippedFinding, type Finding } from '@filesource/core';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CliIo } from '../../cli-io.ts';
import { bytesText } from '../../render/values.ts';
import { isInRange } from './node-range.ts';
import { ownPackage } from '../../own-package.ts';

const tooLittleBytes = 100e6;
const littleBytes = 1e9;

/** What of this machine matters to every source: Node, the disk that files go to, and a proxy that is not used. */
export async function machineFindings(io: CliIo, directory: string): Promise<readonly Finding[]> {
  return [nodeFinding(io.nodeVersion ?? process.versions.node), await diskFinding(io.statfs ?? statfs, directory), proxyFinding(io.env)];
}

function nodeFinding(version: string): Finding {
  const { engines } = ownPackage();
  if (isInRange(version, engines.node)) return okFinding('node', `Node ${version}`);
  return { check: 'node', status: 'failed', message: `Node ${version} is not one that filesource is made for`, advice: `Install one of ${engines.node}.` };
}

/** A directory that is not there yet is made on the disk of the nearest one above it. */
async function diskFinding(read: NonNullable<CliIo['statfs']>, directory: string): Promise<Finding> {
  for (let folder = directory; ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = await read(folder);
      return freeFinding(directory, bavail * bsize);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' && dirname(folder) !== folder) continue;
      return skippedFinding('disk', `the free space of ${directory} is not told (${code ?? 'unknown'})`, 'Look at it with the tools of the system.');
    }
  }
}

function freeFinding(directory: string, bytes: number): Finding {
  const message = `${bytesText(bytes)} are free in ${directory}`;
  if (bytes >= littleBytes) return okFinding('disk', message);
  return { check: 'disk', status: bytes < tooLittleBytes ? 'failed' : 'warning', message, advice: 'Make room there, or let files go to another disk with --to.' };
}

function proxyFinding(env: CliIo['env']): Finding {
  const set = ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'].filter((name) => (env[name] ?? '') !== '');
  if (set.length === 0) return okFinding('proxy', 'none is set, and connections are made directly');
  return {
    check: 'proxy',
    status: 'warning',
    message: `${set.join(', ')} is set, and the command line connects directly all the same`,
    advice: 'Let this machine reach the vendors directly. A program of your own can use the proxy: axios: { proxyFromEnvironment: true } of createFileSources.',
  };
}
