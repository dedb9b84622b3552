import { entryToJson } from '@filesource/core';
import { z } from 'zod';
import type { McpHost } from '../mcp-host.ts';
import { boundedEntry, entrySchema, refSchema } from '../schemas.ts';
import { defineTool, readOnly, untrusted, type Tool } from './tool.ts';

export function stat({ sources }: McpHost): Tool {
  return defineTool({
    name: 'stat',
    title: 'Show one entry',
    description: `Name, size, media type and time of one file or folder. ${untrusted}`,
    input: z.strictObject({ ref: refSchema.describe('source:folder/file or source:folder') }),
    output: z.object({ entry: entrySchema }),
    annotations: readOnly,
    run: async ({ ref }, { signal }) => {
      const resolved = sources.resolve(ref);
      return { entry: boundedEntry(entryToJson(await resolved.source.stat(resolved.ref, { signal }))) };
    },
  });
}
