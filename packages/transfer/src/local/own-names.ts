import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Hashing } from '@filesource/core';
import { bornOf, isRunning } from './process-life.ts';
import { ownPrefix } from './safe-name.ts';

const host = checksum(hostname());
const uniquePart = /^\.filesource-([0-9a-f]{8})-(\d+)-([0-9a-f]{8})-\d+\.part$/;
const lastingPart = /^\.filesource-[0-9a-f]{24}\.part$/;
const claim = /^\.filesource-lock-[0-9a-f]{8}$/;
let ownLife: string | undefined;
let count = 0;

/** A name for bytes that are not proven yet; no other transfer has it, and no file of a vendor gets it. */
export function uniquePartName(): string {
  ownLife ??= checksum(bornOf(process.pid) ?? '');
  return `${ownPrefix}${host}-${process.pid}-${ownLife}-${count++}.part`;
}

/** The name of the part of one file of a pull: always the same one, so that a later run finds it. */
export function lastingPartName(path: string, hashing: Hashing): string {
  const hash = hashing.sha256();
  hash.update(Buffer.from(path));
  return `${ownPrefix}${hash.hex().slice(0, 24)}.part`;
}

/**
 * Removes what transfers that died left directly in a directory.
 * - Parts that a later run could carry on are removed by whoever holds the directory's lock, except those in `keep`.
 */
export async function sweepParts(directory: string, lock?: { readonly keep: ReadonlySet<string> }): Promise<void> {
  const isLeft = (name: string): boolean => {
    const [, ownHost, pid, life] = uniquePart.exec(name) ?? [];
    if (pid !== undefined) return ownHost === host && !isAlive(Number(pid), life);
    return lock !== undefined && ((lastingPart.test(name) && !lock.keep.has(name)) || claim.test(name));
  };
  const names = await readdir(directory).catch(() => []);
  await Promise.all(names.filter(isLeft).map((name) => rm(join(directory, name), { recursive: true, force: true }).catch(() => undefined)));
}

/** Process ids come again: in a container that is started anew, every process may have the one that it had before. */
function isAlive(pid: number, life: string | undefined): boolean {
  if (!isRunning(pid)) return false;
  const born = bornOf(pid);
  return born === null || checksum(born) === life;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
