import { abortError, FileSourceError, throwIfAborted, type Clock } from '@filesource/core';
import { z } from 'zod';
import type { Download } from '../downloads/download.ts';
import { downloadFacts, downloadSchema } from '../downloads/download-facts.ts';
import { limits } from '../limits.ts';
import type { McpHost, WriteAccess } from '../mcp-host.ts';
import { findDownload } from './find-download.ts';
import { defineTool, untrusted, type Tool, type ToolCall } from './tool.ts';
import { operationSchema, placeSchema, receiptPlaceSchema } from './write-input.ts';

export function followArchive(host: McpHost, writing: WriteAccess): Tool {
  return defineTool({
    name: 'follow_archive',
    title: 'Follow a bulk download',
    description: `Waits for a bulk download, at most wait_seconds, and tells how far it is. The download goes on whether or not somebody waits: while status is running, call again. Once it has succeeded, receipt tells what is there and, first, what is missing: complete is true only when every file is proven. One that failed is told as an error, and tried again by the next call. For an operation that another server started, name to. ${untrusted}`,
    input: z.strictObject({
      operation: operationSchema,
      wait_seconds: z.number().min(0).max(limits.mostWaitSeconds).default(limits.waitSeconds).describe('Keep it below the time-out of the client'),
      files: z.int().min(0).max(limits.mostReceiptRows).default(limits.receiptRows).describe('Most rows of the receipt'),
      to: placeSchema.optional(),
      extract: z.boolean().default(false).describe('With to: unpack it into that directory'),
      overwrite: z.boolean().default(false).describe('With to: replace what is there; ask the user first'),
      receipt: receiptPlaceSchema,
    }),
    output: downloadSchema,
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
    run: async ({ wait_seconds: waitSeconds, files, ...wanted }, call) => {
      const known = await findDownload(host, writing, wanted);
      const { download } = known;
      await waitFor(download, waitSeconds * 1_000, host.clock, call);
      if (download.status !== 'failed') return downloadFacts(known, files);
      download.wasTold = true;
      throw download.error ?? new FileSourceError('unexpected', 'the download failed');
    },
  });
}

/** Until it ended, or for so long; throws when the client cancels, which leaves the download alone. */
async function waitFor(download: Download, ms: number, clock: Clock, { signal, report }: ToolCall): Promise<void> {
  const tell = (): void => report?.(download.percent, messageOf(download));
  const forget = download.onChange(tell);
  const done = new AbortController();
  try {
    tell();
    throwIfAborted(signal);
    // What ends first ends the other; the reason of the end does not matter here.
    await Promise.race([download.ended, clock.sleep(ms, AbortSignal.any([signal, done.signal])).catch(() => undefined)]);
    if (signal.aborted) throw abortError(signal);
    tell();
  } finally {
    done.abort();
    forget();
  }
}

function messageOf({ status, progress }: Download): string {
  if (status !== 'running') return status;
  const { phase, percent, bytes, totalBytes } = progress;
  if (phase === 'waiting') return 'waiting for its turn';
  if (phase === 'packing') return percent === null ? 'packing at the vendor' : `packing at the vendor: ${percent} %`;
  return `fetching: ${bytes} of ${totalBytes ?? 'unknown'} bytes`;
}
