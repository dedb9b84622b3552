import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FileSourceError } from '@filesource/core';
import type { Receipt, VerifiedFile } from '@filesource/transfer';
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
  const directory = context.path(options.dir ?? placeOf(receipt));
  const place = receipt.file === undefined ? directory : join(directory, basename(receipt.file));
  let isArchiveWhole = true;
  const counts = { ok: 0, missing: 0, changed: 0, unproven: 0 };
  for await (const file of verifyReceipt(receipt, { directory, hashing: nodeHashing, signal: context.signal })) {
    if (file.ref === null) isArchiveWhole = file.status === 'ok';
    else counts[file.status] += 1;
    if (options.json === true) await context.out.lineIfRead(jsonLine(file));
    // When the archive is not the one, a line for each file in it would say nothing more.
    else if (file.status !== 'ok' && (isArchiveWhole || file.ref === null || file.status === 'unproven')) context.err.tell(lineOf(file));
  }
  const isWhole = receipt.complete && isArchiveWhole && counts.ok === receipt.files.length;
  if (options.json !== true) {
    context.err.tell(`verify: ${isWhole ? 'complete' : 'incomplete'}: ${counts.ok} of ${countText(receipt.files.length, 'file')} as the receipt says, in ${safeText(place)}`);
  }
  return isWhole ? exitCodes.done : exitCodes.incomplete;
}

/** Where the receipt says that the files are, or the archive. */
function placeOf({ directory, file }: Receipt): string {
  return directory ?? (file === undefined ? '.' : dirname(file));
}

function lineOf({ ref, path, status, message }: VerifiedFile): string {
  return `filesource: ${ref === null ? 'the archive' : safeText(ref)}: ${status}${path === null ? '' : ` ${safeText(JSON.stringify(path))}`}${message === undefined ? '' : `: ${safeText(message)}`}`;
}
