import { createReadStream, type Stats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FileSourceError, throwIfAborted, type Hashing } from '@filesource/core';
import { TargetDirectory } from './local/target-directory.ts';
import { codeOf } from './local/target-error.ts';
import type { Receipt, ReceiptFile } from './receipt.ts';

export interface VerifyReceiptOptions {
  /** Where the files are by now, or the archive that was kept whole. */
  readonly directory: string;
  readonly hashing: Hashing;
  readonly signal?: AbortSignal;
}

export interface VerifiedFile {
  /** `null`: the archive itself. */
  readonly ref: string | null;
  readonly path: string | null;
  /** `unproven`: the receipt itself says that it did not come. */
  readonly status: 'ok' | 'missing' | 'changed' | 'unproven';
  readonly message?: string;
}

/**
 * Holds a receipt against the disk: each file that it calls ok is read, and its size and SHA-256 are compared. Changes nothing.
 * - Of an archive that was kept whole the archive is read, and comes first; its files are as it is.
 * - Throws `invalid-argument` for a receipt of nothing on a disk, for one of an archive without a proof of the archive itself, and without a `directory`.
 */
export async function* verifyReceipt(receipt: Receipt, options: VerifyReceiptOptions): AsyncGenerator<VerifiedFile, void, undefined> {
  checkDirectory(options);
  const { directory, file, archive, dryRun, files } = receipt;
  if (directory !== undefined && dryRun !== true) yield* verifyFiles(files, options);
  else if (file !== undefined && archive !== undefined) yield* verifyArchive(basename(file), archive, files, options);
  else {
    throw new FileSourceError('invalid-argument', file === undefined ? 'this receipt is of nothing on a disk' : 'this receipt has no proof of the archive itself', {
      advice: file === undefined ? 'Take the receipt of a pull, or of an archive.' : 'An earlier release wrote it: fetch the archive again, or unpack it and hash its files.',
    });
  }
}

/** What only JavaScript lets through. */
function checkDirectory({ directory }: { readonly directory: unknown }): void {
  if (typeof directory === 'string' && directory !== '') return;
  throw new FileSourceError('invalid-argument', '`directory` tells where the files are by now, and is a text', { advice: 'Pass the directory of the pull, or wherever the files were moved to.' });
}

async function* verifyArchive(path: string, proof: Proof, files: readonly ReceiptFile[], options: VerifyReceiptOptions): AsyncGenerator<VerifiedFile, void, undefined> {
  throwIfAborted(options.signal);
  const place = join(options.directory, path);
  const verdict = await reading(async () => compare(place, await stat(place), proof, options));
  yield { ref: null, path, ...verdict };
  for (const row of files) {
    const proven = provenBy(row) === undefined ? unproven(row) : verdict.status === 'ok' ? verdict : { status: verdict.status, message: `the archive is ${verdict.status}` };
    yield { ref: row.ref, path: row.path, ...proven };
  }
}

async function* verifyFiles(files: readonly ReceiptFile[], options: VerifyReceiptOptions): AsyncGenerator<VerifiedFile, void, undefined> {
  const target = await TargetDirectory.existing(options.directory);
  for (const row of files) {
    throwIfAborted(options.signal);
    yield { ref: row.ref, path: row.path, ...(await verifyFile(row, target, options)) };
  }
}

type Verdict = Pick<VerifiedFile, 'status' | 'message'>;

interface Proof {
  readonly size: number;
  readonly sha256: string;
}

function provenBy({ path, size, sha256, status }: ReceiptFile): (Proof & { readonly path: string }) | undefined {
  return status === 'ok' && path !== null && size !== null && sha256 !== null ? { path, size, sha256 } : undefined;
}

function unproven(row: ReceiptFile): Verdict {
  return { status: 'unproven', message: row.error?.message ?? 'the receipt has no proof of it' };
}

async function verifyFile(row: ReceiptFile, target: TargetDirectory, options: VerifyReceiptOptions): Promise<Verdict> {
  const proof = provenBy(row);
  if (proof === undefined) return unproven(row);
  return reading(async () => {
    const place = target.resolve(proof.path);
    return compare(place, await lstat(place), proof, options);
  });
}

async function compare(place: string, found: Stats, { size, sha256 }: Proof, { hashing, signal }: VerifyReceiptOptions): Promise<Verdict> {
  if (!found.isFile()) return { status: 'changed', message: 'it is no regular file' };
  if (found.size !== size) return { status: 'changed', message: `it has ${found.size} bytes, the receipt says ${size}` };
  const hash = hashing.sha256();
  for await (const chunk of createReadStream(place, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    throwIfAborted(signal);
    hash.update(chunk);
  }
  return hash.hex() === sha256 ? { status: 'ok' } : { status: 'changed', message: 'its SHA-256 is another one' };
}

/** What the disk refuses, as a verdict. */
async function reading(look: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await look();
  } catch (error) {
    if (FileSourceError.is(error, 'aborted')) throw error;
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return { status: 'missing', message: 'it is not there' };
    if (FileSourceError.is(error)) return { status: 'changed', message: error.message };
    return { status: 'changed', message: `it cannot be read: ${codeOf(error)}` };
  }
}
