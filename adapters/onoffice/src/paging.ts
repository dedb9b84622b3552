import { createListing, FileSourceError, type Page, type PageOptions } from '@filesource/core';
import { z } from 'zod';
import type { ApiClient } from './client.ts';
import { fileRecordOf, idNumber, type FileModule, type FileRecord } from './entries.ts';
import type { ActionData } from './envelope.ts';
import { protocolError } from './errors.ts';

export const maxPageSize = 100;
/** What onOffice sends when it does not heed the limit that it was asked for. */
const vendorPageSize = 20;
const rememberedIds = 200;
const mostRereads = 3;

export interface FileList {
  readonly module: FileModule;
  readonly folder: string;
  /** Asks for one file only; a vendor that does not know the parameter lists them all. */
  readonly fileId?: number;
}

/** Where a listing stands: enough to go on, to see that a list was shortened meanwhile, and to drop what comes twice. */
const cursorSchema = z.strictObject({
  folder: z.string(),
  offset: z.int().min(1),
  listed: z.int().min(0),
  total: z.int().nullable(),
  recent: z.array(z.string().regex(/^\d{1,19}$/)).max(rememberedIds),
});
type Position = z.output<typeof cursorSchema>;

interface Rows {
  readonly position: Position;
  readonly files: readonly FileRecord[];
  readonly total: number | null;
  readonly announced: number | null;
  readonly wasReread: boolean;
}

/** One page of files: each file once over all pages, whatever the vendor makes of limit, offset and total. */
export async function readFilePage(client: ApiClient, list: FileList, options: PageOptions): Promise<Page<FileRecord>> {
  const limit = Math.min(options.pageSize ?? maxPageSize, maxPageSize);
  const start = options.cursor === undefined ? startOf(list.folder) : parseCursor(list.folder, options.cursor);
  const { position, files, total, announced, wasReread } = await readRows(client, list, start, limit, options.signal);
  const known = new Set(position.recent);
  const fresh = files.filter(({ entry }) => !known.has(entry.id) && known.add(entry.id));
  const offset = position.offset + files.length;
  const listed = position.listed + fresh.length;
  if (files.length === 0) {
    if (total !== null && total > position.offset && list.fileId === undefined) throw incomplete(listed, total);
    return { items: [], ...(total === null ? {} : { total }) };
  }
  const hasGrown = total !== null && start.total !== null && total > start.total;
  if (fresh.length === 0 && !wasReread && !hasGrown) {
    if (announced === listed || (total === null && files.length < limit)) return { items: [] };
    throw incomplete(listed, total);
  }
  const isDefaultSize = files.length === vendorPageSize && limit > vendorPageSize && (total === null || (position.offset === 0 && total === files.length));
  const hasMore = files.length >= limit || (total !== null && total > offset) || isDefaultSize;
  const recent = [...known].slice(-rememberedIds);
  return {
    items: fresh,
    ...(hasMore ? { cursor: formatCursor({ folder: list.folder, offset, listed, total, recent }) } : {}),
    ...(total === null || (hasMore && total === files.length) ? {} : { total }),
  };
}

/** The file, looked for page by page; `undefined` where the folder does not have it. */
export async function findFile(client: ApiClient, list: FileList, file: string, signal: AbortSignal | undefined): Promise<FileRecord | undefined> {
  const listing = createListing((page) => readFilePage(client, list, page), signal === undefined ? {} : { signal });
  for await (const record of listing) if (record.entry.id === file) return record;
  return undefined;
}

/** Reads the rows at a position; goes back when the list has become shorter, since then rows have moved before it. */
async function readRows(client: ApiClient, list: FileList, start: Position, limit: number, signal: AbortSignal | undefined): Promise<Rows> {
  let position = start;
  for (let rereads = 0; ; rereads += 1) {
    const data = await client.call({ resourceType: 'file', resourceId: list.module, parameters: parametersOf(list, limit, position.offset) }, signal);
    const total = believableTotal(data, position);
    if (position.total !== null && total !== null && total < position.total && rereads < mostRereads) {
      position = { ...position, offset: Math.max(0, position.offset - (position.total - total)), total };
      continue;
    }
    const files = data.records.map((record) => fileRecordOf(list.module, list.folder, record));
    return { position, files, total, announced: data.total, wasReread: rereads > 0 };
  }
}

function parametersOf(list: FileList, limit: number, offset: number): Record<string, number> {
  return {
    [list.module === 'address' ? 'addressid' : 'appointmentid']: idNumber(list.module === 'address' ? 'an address record' : 'an appointment', list.folder),
    ...(list.fileId === undefined ? {} : { fileId: list.fileId }),
    listlimit: limit,
    listoffset: offset,
  };
}

/** `cntabsolute` as the number of all files; `null` where it is nothing, or the number of rows in this answer. */
function believableTotal({ total, records }: ActionData, { offset, total: before }: Position): number | null {
  if (total === null || total === 0) return null;
  if (offset > 0 && total === records.length) return null;
  return total >= offset + records.length || (before !== null && total < before) ? total : null;
}

function incomplete(listed: number, total: number | null): FileSourceError {
  return protocolError(
    total === null ? `it lists the first ${listed} files again and again and does not heed listoffset` : `it announces ${total} files and lists ${listed}`,
  ).with({ advice: 'The listing is not complete. Check the rights of the API user, and report this to onOffice.' });
}

function startOf(folder: string): Position {
  return { folder, offset: 0, listed: 0, total: null, recent: [] };
}

function formatCursor(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function parseCursor(folder: string, cursor: string): Position {
  try {
    const parsed = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    if (parsed.folder === folder && formatCursor(parsed) === cursor) return parsed;
  } catch {
    // Falls through: what is wrong with it does not matter.
  }
  throw new FileSourceError('invalid-argument', 'this is not a cursor of this listing', { advice: 'Pass on the cursor of a page as it is, or none to start anew.' });
}
