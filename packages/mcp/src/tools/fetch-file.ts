import { saveFile } from '@filesource/transfer';
import { z } from 'zod';
import { clipOrNull } from '../data-text.ts';
import type { McpHost, WriteAccess } from '../mcp-host.ts';
import { shareOf } from '../progress.ts';
import { fileRefSchema } from '../schemas.ts';
import { defineTool, untrusted, type Tool } from './tool.ts';
import { overwriteSchema, placeSchema } from './write-input.ts';

export function fetchFile({ sources, hashing, clock }: McpHost, { directory }: WriteAccess): Tool {
  return defineTool({
    name: 'fetch_file',
    title: 'Fetch a file',
    description: `Downloads one file into the allowed directory; it appears there only when it is whole. Nothing is overwritten unless overwrite is true. For folders and many files, start_archive. ${untrusted}`,
    input: z.strictObject({ file: fileRefSchema, to: placeSchema, overwrite: overwriteSchema }),
    output: z.object({ file: z.string(), name: z.string().nullable(), path: z.string().describe('Inside the allowed directory'), bytes: z.number(), sha256: z.string() }),
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    run: async ({ file, to, overwrite }, { signal, report }) => {
      const { source, text } = sources.resolveFile(file);
      const place = await directory.reserve(to, { kind: 'file', overwrite });
      try {
        const saved = await saveFile({
          source,
          ref: text,
          file: place.path,
          signal,
          hashing,
          clock,
          onProgress: (bytes, totalBytes) => report?.(100 * shareOf(bytes, totalBytes), `${bytes} of ${totalBytes ?? 'unknown'} bytes`),
        });
        return { file: text, name: clipOrNull(saved.name), path: place.shown, bytes: saved.size ?? 0, sha256: saved.sha256 ?? '' };
      } finally {
        place.release();
      }
    },
  });
}
