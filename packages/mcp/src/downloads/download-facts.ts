import { z } from 'zod';
import type { KnownDownload } from './downloads.ts';
import { bounded, receiptSummarySchema } from './receipt-summary.ts';

export const downloadSchema = z.object({
  download: z.string().describe('Handle of this download in this server'),
  operation: z.string().nullable().describe('Token by which any server with the same config goes on; keep the newest. null: it waits still, or only this server can'),
  source: z.string(),
  status: z.enum(['running', 'succeeded', 'failed', 'cancelled']),
  phase: z.enum(['waiting', 'packing', 'fetching']).describe('waiting for its turn, packing at the vendor, then fetching and proving'),
  percent: z.number().describe('Of the whole download'),
  bytes: z.number(),
  total_bytes: z.number().nullable(),
  path: z.string().describe('Inside the allowed directory'),
  receipt: receiptSummarySchema.nullable().describe('Once it has succeeded: what is proven to be there, and what is missing'),
});

/** A download as tools answer with it. */
export function downloadFacts({ handle, download }: KnownDownload, mostRows: number): z.output<typeof downloadSchema> {
  const { request, status, progress, receipt, token, percent } = download;
  return {
    download: handle,
    operation: token,
    source: request.source.name,
    status,
    phase: progress.phase,
    percent: Math.round(percent * 10) / 10,
    bytes: progress.bytes,
    total_bytes: progress.totalBytes,
    path: request.place.shown,
    receipt: receipt === undefined ? null : bounded(receipt, mostRows),
  };
}
