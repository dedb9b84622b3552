import type * as fs from 'node:fs';

export interface EntryFilesTools {
  readonly fs: typeof fs;
  /** Forces a file to the disk; a thread of its own may wait for that. */
  readonly force: (fd: number) => void | Promise<void>;
}

/** The files that entries are written to. Everything throws what the file system says. */
export interface EntryFiles {
  /** Makes a file anew; never through a link. */
  open(path: string): number;
  write(out: number, bytes: Buffer): void;
  force(out: number): void | Promise<void>;
  close(out: number): void;
  remove(path: string): void;
  /** Writes a small file; it stays open until it is forced to the disk with the others. */
  keep(path: string, bytes: Buffer): void;
  /** Forces all that is kept to the disk; resolves to what went wrong, by path. */
  forceKept(): Promise<ReadonlyMap<string, unknown>>;
  closeKept(): void;
}

/** Runs here and, as its own text, on threads: everything that it uses is in it or handed to it. */
export function createEntryFiles({ force, fs }: EntryFilesTools): EntryFiles {
  const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = fs.constants;
  const fresh = O_CREAT | O_WRONLY | O_TRUNC | (O_NOFOLLOW ?? 0);
  const kept = new Map<string, number>();
  const open = (path: string): number => fs.openSync(path, fresh, 0o666);
  const write = (out: number, bytes: Buffer): void => {
    for (let written = 0; written < bytes.length; ) written += fs.writeSync(out, bytes, written, bytes.length - written);
  };
  return {
    open,
    write,
    force,
    close: (out) => fs.closeSync(out),
    remove: (path) => fs.rmSync(path, { force: true }),
    keep: (path, bytes) => {
      const out = open(path);
      kept.set(path, out);
      write(out, bytes);
    },
    // After all of them are written: the disk then has one thing to do, and not one for each.
    forceKept: async () => {
      const failures = new Map<string, unknown>();
      const forcing: Promise<void>[] = [];
      for (const [path, out] of kept) {
        const refused = (error: unknown): void => void failures.set(path, error);
        try {
          const going = force(out);
          // A thread has forced it by now.
          if (going !== undefined) forcing.push(going.catch(refused));
        } catch (error) {
          refused(error);
        }
      }
      await Promise.all(forcing);
      return failures;
    },
    closeKept: () => {
      for (const out of kept.values()) {
        try {
          fs.closeSync(out);
        } catch {
          // What was forced to the disk is there, and what was not has told why.
        }
      }
      kept.clear();
    },
  };
}
