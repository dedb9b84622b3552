import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FileSourceError } from '@filesource/core';

const host = hostname().replace(/[^A-Za-z0-9]/g, '').slice(0, 32) || 'host';
const pattern = /^filesource-gateway-([A-Za-z0-9]+)-(\d+)-[A-Za-z0-9]{6}$/;
/** Of this process; any other with its number is of a process that had the number before. */
const living = new Set<string>();

/** The directory where archives wait for their reader: one for each gateway, readable for its owner only, gone when it ends. */
export class Spool {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Makes the directory, below `base` or that of the system.
   * - Takes away what gateways left there that died on this machine. Throws `target-failed`.
   */
  static async open(base = tmpdir()): Promise<Spool> {
    const place = resolve(base);
    try {
      await mkdir(place, { recursive: true, mode: 0o700 });
      await sweep(place);
      const directory = await mkdtemp(join(place, `filesource-gateway-${host}-${process.pid}-`));
      living.add(directory);
      return new Spool(directory);
    } catch (error) {
      throw new FileSourceError('target-failed', `the spool directory ${JSON.stringify(base)} cannot be used: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`, { advice: 'Name another one in spoolDirectory.', cause: error });
    }
  }

  pathOf(id: string): string {
    return join(this.#directory, `${id}.archive`);
  }

  async remove(id: string): Promise<void> {
    await rm(this.pathOf(id), { force: true });
  }

  async close(): Promise<void> {
    living.delete(this.#directory);
    await rm(this.#directory, { recursive: true, force: true });
  }
}

async function sweep(base: string): Promise<void> {
  const names = await readdir(base);
  const dead = names.filter((name) => {
    const [, ownHost, pid] = pattern.exec(name) ?? [];
    return ownHost === host && pid !== undefined && !living.has(join(base, name)) && (Number(pid) === process.pid || !isRunning(Number(pid)));
  });
  // What belongs to somebody else stays.
  await Promise.all(dead.map((name) => rm(join(base, name), { recursive: true, force: true }).catch(() => undefined)));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
