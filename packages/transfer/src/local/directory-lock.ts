import { readFileSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { FileSourceError } from '@filesource/core';
import { z } from 'zod';
import { ownPrefix } from './safe-name.ts';
import { codeOf, targetError } from './target-error.ts';

const ownerSchema = z.strictObject({ host: z.string(), pid: z.int().positive(), born: z.string().nullable() });
type Owner = z.output<typeof ownerSchema>;

const lockName = `${ownPrefix}lock`;
const held = new Set<string>();

/**
 * Makes sure that one transfer at a time writes below a directory; gives the function that lets go.
 * - Throws `conflict` when another one, in this process or another, is at it.
 * - The lock of a process that is gone is taken over.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, lockName);
  if (held.has(path)) throw taken(directory, 'this process');
  held.add(path);
  try {
    for (let attempt = 0; ; attempt += 1) {
      if (await create(path)) break;
      const owner = await readOwner(path);
      if (owner !== undefined && isAlive(owner)) throw taken(directory, `process ${owner.pid} on ${owner.host}`);
      if (attempt > 5) throw taken(directory, 'another process');
      // Moved away before it is removed: of two that find it stale, only one can move it.
      const stale = `${path}-stale-${process.pid}`;
      await rename(path, stale).catch(() => undefined);
      await rm(stale, { force: true });
    }
  } catch (error) {
    held.delete(path);
    throw targetError(error, directory);
  }
  return async () => {
    held.delete(path);
    await rm(path, { force: true });
  };
}

async function create(path: string): Promise<boolean> {
  const owner: Owner = { host: hostname(), pid: process.pid, born: bornOf(process.pid) };
  try {
    const handle = await open(path, 'wx');
    try {
      await handle.writeFile(JSON.stringify(owner));
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // Cut by a crash, or gone meanwhile: nobody holds it.
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  if (owner.host !== hostname()) return true;
  if (owner.pid === process.pid && owner.born === bornOf(process.pid)) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
  return owner.born === null || owner.born === bornOf(owner.pid);
}

/** When a process began, where the system tells: process ids come again, in containers soon. */
function bornOf(pid: number): string | null {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function taken(directory: string, by: string): FileSourceError {
  return new FileSourceError('conflict', `another transfer writes to ${JSON.stringify(directory)}: ${by}`, {
    advice: `Wait for it, or choose another directory. When it is surely gone, remove ${lockName} there.`,
  });
}
