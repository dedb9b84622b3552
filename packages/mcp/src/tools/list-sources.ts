import { capabilityNames, type FileSource, type Support } from '@filesource/core';
import { z } from 'zod';
import { clip } from '../data-text.ts';
import type { McpHost } from '../mcp-host.ts';
import { sourceSchema } from '../schemas.ts';
import { defineTool, readOnly, type Tool } from './tool.ts';

export function listSources({ sources }: McpHost): Tool {
  return defineTool({
    name: 'list_sources',
    title: 'List sources',
    description: 'The sources of this server and what each can do. Refs start with the name of a source. Which folders there are is known to the user or the vendor: ids of records, or sections such as @my. Sends nothing.',
    input: z.strictObject({}),
    output: z.object({ sources: z.array(sourceSchema) }),
    annotations: { ...readOnly, openWorldHint: false },
    run: async () => ({ sources: sources.all().map(sourceFacts) }),
  });
}

export function sourceFacts({ name, provider, capabilities }: FileSource): z.output<typeof sourceSchema> {
  const facts = Object.fromEntries(capabilityNames.map((capability) => [capability, supportFacts(capabilities[capability])]));
  return { name, provider, capabilities: facts as z.output<typeof sourceSchema>['capabilities'], maxFileBytes: capabilities.limits.maxContentBytes };
}

function supportFacts(support: Support): { support: Support['support']; note?: string } {
  const note = support.support === 'emulated' ? support.cost : support.support === 'unsupported' ? support.reason : support.note;
  return { support: support.support, ...(note === undefined ? {} : { note: clip(note) }) };
}
