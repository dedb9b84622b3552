import type * as crypto from 'node:crypto';
import type * as fs from 'node:fs';

/** What the writer uses of Node. */
export interface FileWriterTools {
  readonly crypto: Pick<typeof crypto, 'createHash'>;
  readonly fs: typeof fs;
}

/** The first `length` bytes of a block. */
export interface FilledBlock {
  readonly block: ArrayBuffer;
  readonly length: number;
}

export type FileWriterRequest =
  /** Begins: a file that is open for writing, where it is, and how much of it stands there already. */
  | { readonly id: number; readonly fd: number; readonly path: string; readonly before: number }
  /** What comes next in the file. */
  | { readonly id: number; readonly blocks: readonly FilledBlock[]; readonly position: number }
  /** Asks for the hash of all of it. */
  | { readonly id: number; readonly isEnd: true }
  | { readonly id: number; readonly isForgotten: true };

/** What the file system said. */
export interface WriterFailure {
  readonly code: string;
  readonly message: string;
}

/** One for each request, in their order. */
export interface FileWriterAnswer {
  /** Those of the request, to be filled anew. */
  readonly blocks: readonly ArrayBuffer[];
  /** Of this request or an earlier one: nothing was written since. */
  readonly failure: WriterFailure | undefined;
  readonly sha256: string | undefined;
}

export type FileWriter = (request: FileWriterRequest) => FileWriterAnswer;

/**
 * Writes files piece by piece, and hashes the same memory.
 * - Runs as its own text on a thread: everything that it uses is in it or handed to it, and nothing for which a bundler would write a helper.
 * - What follows a piece that failed is not written. Throws what is no failure of the file system.
 */
export function createFileWriter({ crypto, fs }: FileWriterTools): FileWriter {
  interface Job {
    readonly fd: number;
    readonly hash: crypto.Hash;
    position: number;
    failure: WriterFailure | undefined;
  }
  const jobs = new Map<number, Job>();

  function hashBefore(hash: crypto.Hash, path: string, before: number): void {
    const fd = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
    try {
      const bytes = Buffer.allocUnsafeSlow(Math.min(before, 1024 * 1024));
      for (let at = 0; at < before; ) {
        const length = fs.readSync(fd, bytes, 0, Math.min(bytes.length, before - at), at);
        if (length === 0) throw Object.assign(new Error('the file is shorter than what was written'), { code: 'EIO' });
        hash.update(bytes.subarray(0, length));
        at += length;
      }
    } finally {
      fs.closeSync(fd);
    }
  }

  function write(job: Job, { block, length }: FilledBlock): void {
    const bytes = new Uint8Array(block, 0, length);
    for (let written = 0; written < length; ) written += fs.writeSync(job.fd, bytes, written, length - written, job.position + written);
    job.position += length;
    job.hash.update(bytes);
  }

  function begin({ id, fd, path, before }: { readonly id: number; readonly fd: number; readonly path: string; readonly before: number }): void {
    const job: Job = { fd, hash: crypto.createHash('sha256'), position: before, failure: undefined };
    jobs.set(id, job);
    if (before > 0) hashBefore(job.hash, path, before);
  }

  /** The hash at the end of a file. */
  function handle(request: FileWriterRequest): string | undefined {
    if ('fd' in request) {
      begin(request);
      return undefined;
    }
    const job = jobs.get(request.id);
    if (job === undefined || job.failure !== undefined) return undefined;
    if ('isEnd' in request) return job.hash.digest('hex');
    if ('blocks' in request) {
      if (request.position !== job.position) throw Object.assign(new Error('a piece does not follow the one before it'), { code: 'EIO' });
      for (const filled of request.blocks) write(job, filled);
    }
    return undefined;
  }

  return (request) => {
    const blocks = 'blocks' in request ? request.blocks.map(({ block }) => block) : [];
    if ('isForgotten' in request) jobs.delete(request.id);
    try {
      const sha256 = handle(request);
      const job = jobs.get(request.id);
      return { blocks, sha256, failure: job === undefined ? undefined : job.failure };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      const failure = { code, message };
      const job = jobs.get(request.id);
      if (job !== undefined) job.failure = failure;
      return { blocks, sha256: undefined, failure };
    }
  };
}
