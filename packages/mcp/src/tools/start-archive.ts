import { FileSourceError, type FileSource } from '@filesource/core';
import { z } from 'zod';
import { downloadFacts, downloadSchema } from '../downloads/download-facts.ts';
import { beginArchive } from '../downloads/begin-archive.ts';
import { limits } from '../limits.ts';
import type { McpHost, WriteAccess } from '../mcp-host.ts';
import { refSchema } from '../schemas.ts';
import type { SelectedSources } from '../selected-sources.ts';
import { reservePlaces } from './places.ts';
import { defineTool, untrusted, type Tool } from './tool.ts';
import { overwriteSchema, placeSchema, receiptPlaceSchema } from './write-input.ts';

export function startArchive({ sources }: McpHost, { directory, downloads }: WriteAccess): Tool {
  return defineTool({
    name: 'start_archive',
    title: 'Start a bulk download',
    description: `Starts to download files and folders of one source, with everything below, as one archive into the allowed directory, and answers at once. Follow it with follow_archive, which tells whether all of it is there. Nothing is overwritten unless overwrite is true. ${untrusted}`,
    input: z.strictObject({
      refs: z.array(refSchema).min(1).max(limits.mostRefs).describe('Files and folders, all of one source'),
      to: placeSchema,
      extract: z.boolean().default(false).describe('Unpack it into the directory to, in place of keeping the archive as the file to'),
      overwrite: overwriteSchema,
      convert: z
        .record(z.string().min(1).max(1_024), z.string().regex(/^\.?[A-Za-z0-9]{1,16}$/))
        .default({})
        .describe('File id to the ending that it is converted to, such as .pdf, where the source converts'),
      receipt: receiptPlaceSchema,
    }),
    output: downloadSchema,
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    run: async ({ refs, to, extract, overwrite, convert, receipt }, { signal }) => {
      const { source, texts } = oneSource(sources, refs);
      const places = await reservePlaces(directory, { to, extract, overwrite, receipt });
      const begin = (ending: AbortSignal): ReturnType<typeof beginArchive> => beginArchive(source, texts, convert, AbortSignal.any([signal, ending]));
      return downloadFacts(await downloads.start({ source, begin, convert, extract, overwrite, ...places }), limits.receiptRows);
    },
  });
}

function oneSource(sources: SelectedSources, refs: readonly string[]): { readonly source: FileSource; readonly texts: readonly string[] } {
  const resolved = refs.map((ref) => sources.resolve(ref));
  const names = [...new Set(resolved.map(({ source }) => source.name))];
  const source = resolved[0]?.source;
  if (source !== undefined && names.length === 1) return { source, texts: resolved.map(({ text }) => text) };
  throw new FileSourceError('invalid-argument', `an archive takes files and folders of one source, not of ${names.join(' and ')}`, { advice: 'Start one for each source.' });
}
