import { z } from 'zod';
import type { McpHost, WriteAccess } from '../mcp-host.ts';
import { operationOf } from './find-download.ts';
import { defineTool, type Tool } from './tool.ts';
import { operationSchema } from './write-input.ts';

export function cancelArchive(host: McpHost, { downloads }: WriteAccess): Tool {
  return defineTool({
    name: 'cancel_archive',
    title: 'Cancel a bulk download',
    description: 'Stops a bulk download, here and at the vendor; nothing of it appears in the allowed directory. Some vendors then stop every operation of the user: the notes of list_sources say so. Does nothing to one that has ended.',
    input: z.strictObject({ operation: operationSchema }),
    output: z.object({ source: z.string(), status: z.enum(['running', 'succeeded', 'failed', 'cancelled']), was_running: z.boolean() }),
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
    run: async ({ operation }, { signal }) => {
      const found = downloads.find(operation);
      if (found !== undefined) {
        const { download } = found;
        const wasRunning = download.status === 'running';
        await download.cancel(signal);
        return { source: download.request.source.name, status: download.status, was_running: wasRunning };
      }
      const { source } = operationOf(host, operation);
      const attached = await source.attach(operation, { signal });
      const wasRunning = attached.progress.status === 'running';
      await attached.cancel({ signal });
      return { source: source.name, status: attached.progress.status, was_running: wasRunning };
    },
  });
}
