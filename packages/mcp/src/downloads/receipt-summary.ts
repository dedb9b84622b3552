import type { Receipt, ReceiptFile } from '@filesource/transfer';
import { z } from 'zod';
import { clip, clipOrNull } from '../data-text.ts';
import { limits } from '../limits.ts';
import { errorSchema } from '../schemas.ts';

const rowSchema = z.object({
  ref: z.string(),
  name: z.string().nullable(),
  path: z.string().nullable().describe('Below the place, or the name of the entry in an archive that is kept whole'),
  bytes: z.number().nullable(),
  sha256: z.string().nullable(),
  status: z.enum(['ok', 'failed', 'missing', 'planned']),
  error: errorSchema.optional(),
});

export const receiptSummarySchema = z.object({
  complete: z.boolean().describe('Every file that was asked for is there and proven'),
  format: z.enum(['zip', 'tar.gz', 'single']).nullable().describe('single: the one file as it is, not packed'),
  warning: z.string().nullable().describe('What the vendor complained about although it delivered'),
  totals: z.object({ files: z.number(), ok: z.number(), failed: z.number(), missing: z.number(), bytes: z.number() }),
  files: z.array(rowSchema).describe('What is missing comes first'),
  files_left_out: z.number(),
  extras: z.array(z.string()).describe('Entries that nobody asked for'),
  extras_left_out: z.number(),
});

export type ReceiptSummary = z.output<typeof receiptSummarySchema>;

/** A receipt as it is kept and shown: bounded, and what is missing first. */
export function summarise(receipt: Receipt): ReceiptSummary {
  const { complete, format, warning, totals, files, extras = [] } = receipt;
  const rows = [...files].sort((a, b) => rank(a) - rank(b)).slice(0, limits.mostReceiptRows).map(rowOf);
  const shownExtras = extras.slice(0, limits.receiptRows).map((extra) => clip(extra));
  return bounded(
    {
      complete,
      format: format ?? null,
      warning: clipOrNull(warning ?? null),
      totals,
      files: rows,
      files_left_out: files.length - rows.length,
      extras: shownExtras,
      extras_left_out: extras.length - shownExtras.length,
    },
    limits.mostReceiptRows,
  );
}

/** The same with at most so many rows. */
export function bounded(summary: ReceiptSummary, mostRows: number): ReceiptSummary {
  let chars = 0;
  const files = summary.files.slice(0, mostRows).filter((row) => (chars += JSON.stringify(row).length) <= limits.mostAnswerChars);
  return { ...summary, files, files_left_out: summary.files_left_out + summary.files.length - files.length };
}

function rank({ status }: ReceiptFile): number {
  return status === 'ok' ? 1 : 0;
}

function rowOf({ ref, name, path, size, sha256, status, error }: ReceiptFile): z.output<typeof rowSchema> {
  return {
    ref: clip(ref, limits.mostRefChars),
    name: clipOrNull(name),
    path: clipOrNull(path),
    bytes: size,
    sha256,
    status,
    ...(error === undefined ? {} : { error: { kind: error.kind, message: clip(error.message), ...(error.advice === undefined ? {} : { advice: clip(error.advice) }) } }),
  };
}
