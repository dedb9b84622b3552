import { mkdir, mkdtemp, rm, statfs } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureCommand } from './measure.mjs';

const GiB = 2 ** 30;
const memory = '/dev/shm';

/** A folder on a memory file system where there is one with room, so that no disk is measured; else a usual temporary one. */
async function makeHome(neededBytes) {
  const facts = existsSync(memory) ? await statfs(memory).catch(() => undefined) : undefined;
  const hasRoom = facts !== undefined && facts.bavail * facts.bsize > neededBytes;
  return mkdtemp(join(hasRoom ? memory : tmpdir(), 'filesource-bench-'));
}

/**
 * What workloads run in: folders, peers, sizes, and what has to be ended.
 * - `home` is on a memory file system where that has room; `disk` never is.
 */
export async function createWorld({ peers, isSmoke, gib }) {
  const home = await makeHome(isSmoke ? GiB / 4 : 6 * GiB);
  const disk = await mkdtemp(join(tmpdir(), 'filesource-bench-'));
  const closings = [];
  const running = new Set();
  const close = async () => {
    for (const child of running) process.kill(-child.pid, 'SIGKILL');
    for (const closing of closings.splice(0).reverse()) await closing();
  };
  return {
    peers,
    home,
    disk,
    gib,
    isSmoke,
    size: (full, smoke) => (isSmoke ? smoke : full),
    /** Runs when the workload is over, the last one first. */
    onClose: (closing) => closings.push(closing),
    folder: async (name) => {
      const path = join(home, name);
      await mkdir(path, { recursive: true });
      closings.push(() => rm(path, { recursive: true, force: true }));
      return path;
    },
    measure: (command, { env = {}, cwd = home } = {}) =>
      measureCommand(command, {
        timesFile: join(disk, 'times'),
        cwd,
        env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
        track: (child) => {
          running.add(child);
          child.once('close', () => running.delete(child));
        },
      }),
    closeWorkload: close,
    close: async () => {
      await close();
      await Promise.all([home, disk].map((path) => rm(path, { recursive: true, force: true })));
    },
  };
}
