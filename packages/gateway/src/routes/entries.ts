import { formatRef, type FileSource, type PageOptions, type SourceEntry } from '@filesource/core';
import { z } from 'zod';
import { grantOf } from '../auth/authenticate.ts';
import { defineRoute, type Route } from '../openapi/route.ts';
import { sourceFor, type Parts } from '../parts.ts';
import { entryJson, entryPageSchema, entrySchema, fileParams, folderParams } from './schemas.ts';

const pageQuery = z.strictObject({
  cursor: z.string().min(1).max(4096).optional().meta({ description: 'nextCursor of the page before; default: the first page' }),
  limit: z.coerce.number<string>().int().min(1).max(10_000).optional().meta({ description: 'Most entries of the page; default, and most: what the source allows' }),
});

export function entryRoutes(parts: Pick<Parts, 'sources' | 'cursors'>): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      url: '/v1/sources/:source/folders/:folder',
      operationId: 'getFolder',
      summary: 'One folder',
      access: 'read',
      input: { params: folderParams },
      answers: { 200: { description: 'The folder', schema: entrySchema } },
      run: async ({ params: { source, folder }, request, signal }) => entryJson(await sourceFor(parts, grantOf(request), source).stat({ folder }, { signal })),
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/sources/:source/folders/:folder/entries',
      operationId: 'listEntries',
      summary: 'Files and folders directly inside a folder, page by page',
      access: 'read',
      input: { params: folderParams, query: pageQuery },
      answers: { 200: { description: 'A page', schema: entryPageSchema } },
      run: async ({ params: { source: name, folder }, query: { cursor, limit }, request, signal }) => {
        const source = sourceFor(parts, grantOf(request), name);
        const place = formatRef(name, { folder });
        const page = await firstPage(source, folder, {
          signal,
          ...(limit === undefined ? {} : { pageSize: limit }),
          ...(cursor === undefined ? {} : { cursor: parts.cursors.open(place, cursor) }),
        });
        return { items: page.items.map(entryJson), nextCursor: page.cursor === undefined ? null : parts.cursors.seal(place, page.cursor) };
      },
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/sources/:source/folders/:folder/files/:file',
      operationId: 'getFile',
      summary: 'One file',
      access: 'read',
      input: { params: fileParams },
      answers: { 200: { description: 'The file', schema: entrySchema } },
      run: async ({ params: { source, folder, file }, request, signal }) => entryJson(await sourceFor(parts, grantOf(request), source).stat({ folder, file }, { signal })),
    }),
  ];
}

async function firstPage(source: FileSource, folder: string, options: PageOptions): Promise<{ readonly items: readonly SourceEntry[]; readonly cursor?: string }> {
  for await (const page of source.list({ folder }).byPage(options)) return page;
  return { items: [] };
}
