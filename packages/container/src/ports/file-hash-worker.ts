import { Worker } from 'node:worker_threads';

/**
 * The thread that hashes files while they are written: reads what it is told is there, and answers with the hash.
 * - As text, so that it runs from a bundle, from sources and from packages alike.
 */
const program = `
const { closeSync, constants, openSync, readSync } = require('node:fs');
const { createHash } = require('node:crypto');
const { parentPort } = require('node:worker_threads');
const jobs = new Map();
const bytes = Buffer.allocUnsafeSlow(256 * 1024);

function read(job, end) {
  while (job.at < end) {
    const length = readSync(job.fd, bytes, 0, Math.min(bytes.length, end - job.at), job.at);
    if (length === 0) throw new Error('the file is shorter than what was written');
    job.hash.update(length === bytes.length ? bytes : bytes.subarray(0, length));
    job.at += length;
  }
}

function close(id) {
  const job = jobs.get(id);
  jobs.delete(id);
  if (job?.fd !== undefined) closeSync(job.fd);
}

parentPort.on('message', ({ id, path, written, isLast }) => {
  try {
    if (path !== undefined) jobs.set(id, { fd: openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)), hash: createHash('sha256'), at: 0 });
    const job = jobs.get(id);
    if (job !== undefined && written !== undefined) read(job, written);
    if (job !== undefined && isLast === true) parentPort.postMessage({ id, hex: job.hash.digest('hex') });
  } catch {
    // The other side reads the file itself then, and tells what is wrong.
    close(id);
    parentPort.postMessage({ id });
    return;
  }
  if (isLast === true || (path === undefined && written === undefined)) close(id);
});
`;

export interface FileHashRequest {
  readonly id: number;
  /** Begins a file. */
  readonly path?: string;
  readonly written?: number;
  /** Answer and end; a request that says nothing gives the file up. */
  readonly isLast?: boolean;
}

/** Without a hash for a file that the thread cannot read. */
export interface FileHashAnswer {
  readonly id: number;
  readonly hex?: string;
}

export function startFileHashWorker(): Worker {
  return new Worker(program, { eval: true, execArgv: [], env: {}, resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 } });
}
