import { randomUUID } from 'node:crypto';
import { link, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { FileSourceError, throwIfAborted } from '@filesource/core';
import { z } from 'zod';
import { uniquePartName } from './own-names.ts';
import { bornOf, isRunning } from './process-life.ts';
import { ownPrefix } from './safe-name.ts';
import { codeOf, targetError } from './target-error.ts';

const ownerSchema = z.strictObject({ host: z.string(), pid: z.int().positive(), born: z.string().nullable(), nonce: z.string().exactOptional() });
type Owner = z.output<typeof ownerSchema>;

const lockName = `${ownPrefix}lock`;
const mostAttempts = 20;
const waitMs = 50;
const held = new Set<string>();
/** Nonces of locks that this process let go of and that may still be there, saying that it holds them. */
const abandoned = new Set<string>();

export interface LockOptions {
  /** How often the owner shows that it lives; default 5,000. */
  readonly beatMs?: number;
  /** How long the lock of another machine is watched for that before it is taken over; default 20,000. */
  readonly watchMs?: number;
  /** Ends the watch, not the lock. */
  readonly signal?: AbortSignal | undefined;
}

type Watch = Required<Pick<LockOptions, 'watchMs' | 'signal'>>;

export interface DirectoryLock {
  /** Fires when another machine took the lock over, which it does once nobody touched it for a while: stop writing. */
  readonly lost: AbortSignal;
  /**
   * Lets go of the directory; never throws, since what the transfer came to says more than a file that stays behind.
   * - A lock that cannot be removed is emptied, so that nobody takes it for held; where that cannot be done either, it counts for nothing
   *   to this process, and to others once this process is gone.
   */
  release(): Promise<void>;
}

/**
 * Makes sure that one transfer at a time writes below a directory.
 * - Throws `conflict` when another one, in this process or another, is at it.
 * - The lock of a process that is gone is taken over, by one of those who want it. Whether one on another machine (or in another container)
 *   is gone cannot be asked: the owner touches its lock, and one that nobody touches for `watchMs` belongs to nobody.
 */
export async function lockDirectory(directory: string, { beatMs = 5000, watchMs = 20_000, signal }: LockOptions = {}): Promise<DirectoryLock> {
  const path = join(directory, lockName);
  if (held.has(path)) throw taken(directory, 'this process');
  held.add(path);
  const nonce = randomUUID();
  const mine = JSON.stringify({ host: hostname(), pid: process.pid, born: bornOf(process.pid), nonce } satisfies Owner);
  try {
    await acquire(path, mine, directory, { watchMs, signal });
  } catch (error) {
    held.delete(path);
    throwIfAborted(signal);
    throw targetError(error, directory);
  }
  const lost = new AbortController();
  const beat = setInterval(() => void keep(path, mine, () => lost.abort(taken(directory, 'another machine, which found this one asleep'))), beatMs);
  beat.unref();
  return {
    lost: lost.signal,
    release: async () => {
      clearInterval(beat);
      if (!(await remove(path, mine))) abandoned.add(nonce);
      // Not before: the next one in this process would find a lock that is about to be removed.
      held.delete(path);
    },
  };
}

/** Whether the lock was there and is removed; one that is not ours, or not there, stays as it is. */
async function remove(path: string, mine: string): Promise<boolean> {
  try {
    if ((await read(path)) !== mine) return false;
    await rm(path, { force: true }).catch(async (error: unknown) => {
      // A directory that may not be written to still lets the files in it be.
      await truncate(path);
      throw error;
    });
    return true;
  } catch {
    return false;
  }
}

/** Shows that the owner lives. A file system that takes no times, or a lock that somebody removed, is no reason to end a transfer. */
async function keep(path: string, mine: string, onLost: () => void): Promise<void> {
  const found = await read(path).catch(() => undefined);
  if (found !== undefined && found !== mine && parseOwner(found) !== undefined) onLost();
  else {
    const now = new Date();
    await utimes(path, now, now).catch(() => undefined);
  }
}

async function acquire(path: string, mine: string, directory: string, watch: Watch): Promise<void> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    if (await create(path, mine)) return;
    const found = await read(path);
    const owner = parseOwner(found);
    if (owner !== undefined && (await isAlive(owner, path, watch))) throw taken(directory, `process ${owner.pid} on ${owner.host}`);
    // Gone meanwhile, or half-written: by a crash, or this very moment where it cannot be made in one step.
    if (found === undefined || (owner === undefined && attempt < 3)) await sleep(waitMs);
    else await takeOver(path, found, mine, watch);
  }
  throw taken(directory, 'another process');
}

/** Removes the lock of one dead owner. Whoever holds the claim on that owner is the only one who may: no lock that is newer is ever removed. */
async function takeOver(path: string, dead: string, mine: string, watch: Watch): Promise<void> {
  const claim = `${path}-${crc32(dead).toString(16).padStart(8, '0')}`;
  if (!(await create(claim, mine))) {
    const claimer = parseOwner(await read(claim));
    if (claimer === undefined || !(await isAlive(claimer, claim, watch))) await rm(claim, { force: true });
    await sleep(waitMs);
    return;
  }
  try {
    if ((await read(path)) === dead) await rm(path, { force: true });
  } finally {
    await rm(claim, { force: true });
  }
}

/** Makes a file with its whole content in one step; false when it is there already. */
async function create(path: string, text: string): Promise<boolean> {
  const whole = join(path, '..', uniquePartName());
  try {
    await writeFile(whole, text, { flag: 'wx' });
    await link(whole, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!hasNoLinks.has(codeOf(error))) throw error;
    return await writeFile(path, text, { flag: 'wx' }).then(
      () => true,
      (failure: unknown) => {
        if (codeOf(failure) === 'EEXIST') return false;
        throw failure;
      },
    );
  } finally {
    await rm(whole, { force: true });
  }
}

/** What file systems without hard links answer. */
const hasNoLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'UNKNOWN']);

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseOwner(text: string | undefined): Owner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}

async function isAlive(owner: Owner, path: string, watch: Watch): Promise<boolean> {
  if (owner.nonce !== undefined && abandoned.has(owner.nonce)) return false;
  if (owner.host !== hostname()) return isTouched(path, watch);
  const born = bornOf(owner.pid);
  // Where nobody can tell two processes of one id apart, our own id in a lock that we do not hold is an earlier one's.
  if (owner.pid === process.pid && born === null) return false;
  return isRunning(owner.pid) && (owner.born === null || owner.born === born);
}

/** By change alone, since the clocks of two machines differ. One that is gone meanwhile is nobody's. */
async function isTouched(path: string, { watchMs, signal }: Watch): Promise<boolean> {
  const timeOf = async (): Promise<number | undefined> => (await stat(path).catch(() => undefined))?.mtimeMs;
  const before = await timeOf();
  if (before === undefined) return false;
  const step = Math.max(10, Math.floor(watchMs / 20));
  for (let watchedMs = 0; watchedMs < watchMs; watchedMs += step) {
    await sleep(step, undefined, signal === undefined ? {} : { signal });
    const now = await timeOf();
    if (now === undefined) return false;
    if (now !== before) return true;
  }
  return false;
}

function taken(directory: string, by: string): FileSourceError {
  return new FileSourceError('conflict', `another transfer writes to ${JSON.stringify(directory)}: ${by}`, {
    advice: `Wait for it, or choose another directory. When it is surely gone, remove ${lockName} there.`,
  });
}
