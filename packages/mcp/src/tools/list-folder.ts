import { entryToJson, FileSourceError, type EntryJson, type FileSource } from '@filesource/core';
import { z } from 'zod';
import { limits } from '../limits.ts';
import type { McpHost } from '../mcp-host.ts';
import { boundedEntry, entrySchema, folderRefSchema } from '../schemas.ts';
import { defineTool, readOnly, untrusted, type Tool } from './tool.ts';

/** Where a listing goes on: so many entries into the page that a cursor of core leads to. */
export interface ListPosition {
  readonly folder: string;
  readonly pageSize: number;
  readonly cursor?: string;
  readonly skip: number;
}

export function listFolder({ sources, cursors }: McpHost): Tool {
  return defineTool({
    name: 'list_folder',
    title: 'List a folder',
    description: `Files and folders directly inside a folder, in the vendor's order. Cut at limit entries; where there are more, cursor is given: call again with the same folder and that cursor. ${untrusted}`,
    input: z.strictObject({
      folder: folderRefSchema,
      limit: z.int().min(1).max(limits.mostListEntries).default(limits.listEntries),
      cursor: z.string().min(1).max(64).optional().describe('As the answer before gave it; known for an hour'),
    }),
    output: z.object({ folder: z.string(), entries: z.array(entrySchema), cursor: z.string().nullable().describe('null: this is the end') }),
    annotations: readOnly,
    run: async ({ folder, limit, cursor }, { signal }) => {
      const { source, text } = sources.resolve(folder);
      const start = cursor === undefined ? { folder: text, pageSize: limit, skip: 0 } : cursors.get(cursor);
      if (start.folder !== text) throw new FileSourceError('invalid-argument', 'this cursor is of another folder', { ref: text, advice: 'Leave it out to list this folder from its start.' });
      const { entries, next } = await readEntries(source, start, limit, signal);
      return { folder: text, entries: [...entries], cursor: next === undefined ? null : cursors.put(next) };
    },
  });
}

interface Part {
  readonly entries: readonly EntryJson[];
  readonly next?: ListPosition;
}

/** Entries from a position on, until there are enough, or no more. */
export async function readEntries(source: FileSource, start: ListPosition, limit: number, signal: AbortSignal): Promise<Part> {
  const { folder, pageSize } = start;
  const entries: EntryJson[] = [];
  let { cursor, skip } = start;
  let chars = 0;
  let pages = 0;
  const at = (skipped: number): ListPosition => ({ folder, pageSize, skip: skipped, ...(cursor === undefined ? {} : { cursor }) });
  for await (const page of source.list(folder).byPage({ pageSize, signal, ...(cursor === undefined ? {} : { cursor }) })) {
    for (const [index, item] of page.items.entries()) {
      if (index < skip) continue;
      const entry = boundedEntry(entryToJson(item));
      chars += JSON.stringify(entry).length;
      const isFull = entries.length === limit || (entries.length > 0 && chars > limits.mostAnswerChars);
      if (isFull) return { entries, next: at(index) };
      entries.push(entry);
    }
    cursor = page.cursor;
    skip = 0;
    pages += 1;
    if (cursor === undefined) break;
    if (entries.length === limit || pages === limits.mostPages) return { entries, next: at(0) };
  }
  return { entries };
}
