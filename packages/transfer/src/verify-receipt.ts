import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { FileSourceError, throwIfAborted, type Hashing } from '@filesource/core';
import { TargetDirectory } from './local/target-directory.ts';
import { codeOf } from './local/target-error.ts';
import type { Receipt, ReceiptFile } from './receipt.ts';

export interface VerifyReceiptOptions {
  /** Where the files are by now. */
  readonly directory: string;
  readonly hashing: Hashing;
  readonly signal?: AbortSignal;
}

export interface VerifiedFile {
  readonly ref: string;
  readonly path: string | null;
  /** `unproven`: the receipt itself says that it did not come. */
  readonly status: 'ok' | 'missing' | 'changed' | 'unproven';
  readonly message?: string;
}

/**
 * Holds a receipt against the disk: each file that it calls ok is read, and its size and SHA-256 are compared. Changes nothing.
 * - Throws `invalid-argument` for a receipt whose files are in an archive or nowhere.
 */
export async function* verifyReceipt(receipt: Receipt, options: VerifyReceiptOptions): AsyncGenerator<VerifiedFile, void, undefined> {
  if (receipt.directory === undefined || receipt.dryRun === true) {
    throw new FileSourceError('invalid-argument', 'this receipt is not of files in a directory', { advice: 'Take the receipt of a pull, or of an archive that was unpacked.' });
  }
  const target = await TargetDirectory.existing(options.directory);
  for (const row of receipt.files) {
    throwIfAborted(options.signal);
    yield { ref: row.ref, path: row.path, ...(await verifyFile(row, target, options.hashing)) };
  }
}

async function verifyFile(row: ReceiptFile, target: TargetDirectory, hashing: Hashing): Promise<Pick<VerifiedFile, 'status' | 'message'>> {
  const { path, size, sha256, status } = row;
  if (status !== 'ok' || path === null || size === null || sha256 === null) return { status: 'unproven', message: row.error?.message ?? 'the receipt has no proof of it' };
  try {
    const file = target.resolve(path);
    const found = await lstat(file);
    if (!found.isFile()) return { status: 'changed', message: 'it is no regular file' };
    if (found.size !== size) return { status: 'changed', message: `it has ${found.size} bytes, the receipt says ${size}` };
    const hash = hashing.sha256();
    for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) hash.update(chunk);
    return hash.hex() === sha256 ? { status: 'ok' } : { status: 'changed', message: 'its SHA-256 is another one' };
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return { status: 'missing', message: 'it is not there' };
    if (FileSourceError.is(error)) return { status: 'changed', message: error.message };
    return { status: 'changed', message: `it cannot be read: ${codeOf(error)}` };
  }
}
