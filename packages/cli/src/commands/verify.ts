import { readFile } from 'node:fs/promises';
import { FileSourceError } from '@filesource/core';
import type { VerifiedFile } from '@filesource/transfer';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { jsonLine, safeText } from '../render/safe-text.ts';
import { countText } from '../render/values.ts';

/** Asks no vendor and needs no config. */
export async function verify(context: CliContext, receiptFile: string, options: { readonly dir?: string; readonly json?: boolean }): Promise<ExitCode> {
  const [{ parseReceipt, verifyReceipt }, { nodeHashing }] = await Promise.all([import('@filesource/transfer'), import('@filesource/container')]);
  const text = await readFile(context.path(receiptFile), 'utf8').catch((error: unknown) => {
    throw new FileSourceError('invalid-argument', `${JSON.stringify(receiptFile)} cannot be read`, { advice: 'Name the receipt that --receipt wrote.', cause: error });
  });
  const receipt = parseReceipt(text);
  const directory = options.dir === undefined ? (receipt.directory ?? '.') : context.path(options.dir);
  const counts = { ok: 0, missing: 0, changed: 0, unproven: 0 };
  for await (const file of verifyReceipt(receipt, { directory, hashing: nodeHashing, signal: context.signal })) {
    counts[file.status] += 1;
    if (options.json === true) await context.out.line(jsonLine(file));
    else if (file.status !== 'ok') context.err.tell(lineOf(file));
  }
  const isWhole = receipt.complete && counts.ok === receipt.files.length;
  if (options.json !== true) {
    context.err.tell(`verify: ${isWhole ? 'complete' : 'incomplete'}: ${counts.ok} of ${countText(receipt.files.length, 'file')} as the receipt says, in ${safeText(directory)}`);
  }
  return isWhole ? exitCodes.done : exitCodes.incomplete;
}

function lineOf({ ref, path, status, message }: VerifiedFile): string {
  return `filesource: ${safeText(ref)}: ${status}${path === null ? '' : ` ${safeText(JSON.stringify(path))}`}${message === undefined ? '' : `: ${safeText(message)}`}`;
}
