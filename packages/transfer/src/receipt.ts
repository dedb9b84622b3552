import { errorKinds, FileSourceError } from '@filesource/core';
import { z } from 'zod';

const errorSchema = z.strictObject({ kind: z.enum(errorKinds), message: z.string(), advice: z.string().exactOptional() }).readonly();

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

const fileSchema = z
  .strictObject({
    ref: z.string(),
    /** As the vendor writes it. */
    name: z.string().nullable(),
    /** Below the directory, with `/`; in an archive that was kept whole, the name of the entry. */
    path: z.string().nullable(),
    size: z.int().min(0).nullable(),
    sha256: sha256Schema.nullable(),
    /** `planned` stands in the receipt of a dry run only. */
    status: z.enum(['ok', 'failed', 'missing', 'planned']),
    error: errorSchema.exactOptional(),
  })
  .readonly();

const count = z.int().min(0);

/** A receipt as JSON, for APIs that hand receipts on; a text is read with {@link parseReceipt}. */
export const receiptSchema = z
  .strictObject({
    version: z.literal(1),
    /** Every file that was asked for is there and proven. Never true for a dry run: nothing was fetched. */
    complete: z.boolean(),
    operation: z.enum(['pull', 'archive']),
    started: z.iso.datetime(),
    finished: z.iso.datetime(),
    /** Where the files are, when they are below one directory. */
    directory: z.string().exactOptional(),
    /** Where the archive is, when it was kept whole. */
    file: z.string().exactOptional(),
    /** The bytes of `file`, as they were written; earlier releases left it out. */
    archive: z.strictObject({ size: count, sha256: sha256Schema }).readonly().exactOptional(),
    /** What came: an archive, or the one file itself. */
    format: z.enum(['zip', 'tar.gz', 'single']).exactOptional(),
    dryRun: z.literal(true).exactOptional(),
    /** What the vendor complained about although it delivered. */
    warning: z.string().exactOptional(),
    files: z.array(fileSchema).readonly(),
    /** `bytes` counts the files that are ok, in a dry run the planned ones. */
    totals: z.strictObject({ files: count, ok: count, failed: count, missing: count, bytes: count }).readonly(),
    /** Entries of the archive that nobody asked for. */
    extras: z.array(z.string()).readonly().exactOptional(),
  })
  .readonly();

/** The proof of a transfer, file by file. */
export type Receipt = z.output<typeof receiptSchema>;
export type ReceiptFile = z.output<typeof fileSchema>;
export type ReceiptFacts = Omit<Receipt, 'version' | 'complete' | 'totals'>;

/** Rows and facts as a receipt: counts them and decides whether it is complete. */
export function createReceipt(facts: ReceiptFacts): Receipt {
  const totals = { files: facts.files.length, ok: 0, failed: 0, missing: 0, bytes: 0 };
  for (const { status, size } of facts.files) {
    if (status !== 'planned') totals[status] += 1;
    if (status === 'ok' || status === 'planned') totals.bytes += size ?? 0;
  }
  return { version: 1, complete: facts.dryRun === undefined && totals.ok === totals.files, ...facts, totals };
}

/**
 * A receipt from its JSON text.
 * - Throws `invalid-argument` for anything else, and for a receipt whose totals do not follow from its rows.
 */
export function parseReceipt(text: string): Receipt {
  const parsed = receiptSchema.safeParse(parse(text));
  if (!parsed.success) throw notAReceipt(z.prettifyError(parsed.error));
  const { version: _version, complete, totals, ...facts } = parsed.data;
  const counted = createReceipt(facts);
  const same = counted.complete === complete && JSON.stringify(counted.totals) === JSON.stringify(totals);
  if (!same) throw notAReceipt('its totals do not follow from its files');
  return parsed.data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notAReceipt('it is not JSON');
  }
}

function notAReceipt(why: string): FileSourceError {
  return new FileSourceError('invalid-argument', `this is not a receipt of version 1: ${why}`, { advice: 'Take what a pull or an archive wrote as its receipt.' });
}
