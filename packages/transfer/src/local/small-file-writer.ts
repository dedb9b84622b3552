import type * as crypto from 'node:crypto';
import type * as fs from 'node:fs';

/** What the writer uses of Node. */
export interface SmallFileTools {
  readonly crypto: Pick<typeof crypto, 'hash'>;
  readonly fs: typeof fs;
}

/** The bytes of a file, and where it goes. */
export interface SmallFileTask {
  readonly bytes: Uint8Array;
  /** Where the bytes are until they are safe. */
  readonly partPath: string;
  readonly finalPath: string;
}

/** The SHA-256 of a file that is on the disk under its final name, or what the file system said. */
export type SmallFileOutcome = string | { readonly code: string; readonly message: string };

export type SmallFileWriter = (tasks: readonly SmallFileTask[]) => SmallFileOutcome[];

/**
 * Writes files, forces all of them to the disk, and then gives them their names.
 * - Runs here and, as its own text, on a thread: everything that it uses is in it or handed to it.
 * - Nothing is left of a file that fails, but for a part that cannot be removed. The same tasks may be given again.
 * - What the file system refuses is an outcome and never thrown.
 */
export function createSmallFileWriter({ crypto, fs }: SmallFileTools): SmallFileWriter {
  const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = fs.constants;
  const fresh = O_CREAT | O_WRONLY | O_TRUNC | (O_NOFOLLOW ?? 0);

  function write({ bytes, partPath }: SmallFileTask): number {
    const fd = fs.openSync(partPath, fresh, 0o666);
    try {
      for (let written = 0; written < bytes.length; ) written += fs.writeSync(fd, bytes, written, bytes.length - written);
      return fd;
    } catch (error) {
      fs.closeSync(fd);
      throw error;
    }
  }

  function sync(fd: number): void {
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  }

  /** What cannot be removed is swept by the next run. */
  function remove(path: string): void {
    try {
      fs.rmSync(path, { force: true });
    } catch {
      // What failed before says more.
    }
  }

  function attempt<T>({ partPath }: SmallFileTask, step: () => T): T | { readonly code: string; readonly message: string } {
    try {
      return step();
    } catch (error) {
      remove(partPath);
      const { code = '', message } = error as NodeJS.ErrnoException;
      return { code, message };
    }
  }

  return (tasks) => {
    const opened = tasks.map((task) => attempt(task, () => write(task)));
    // After all of them are written: the disk then has one thing to do, and not one for each.
    const synced = tasks.map((task, index) => {
      const fd = opened[index];
      return typeof fd === 'number' ? attempt(task, () => sync(fd)) : fd;
    });
    return tasks.map((task, index) => {
      const failure = synced[index];
      if (failure !== undefined) return failure;
      return attempt(task, () => {
        const sha256 = crypto.hash('sha256', task.bytes);
        fs.renameSync(task.partPath, task.finalPath);
        return sha256;
      });
    });
  };
}
