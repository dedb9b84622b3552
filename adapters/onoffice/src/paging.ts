import { createListing, type FileSourceError, type Page, type PageOptions } from '@filesource/core';
import type { ApiClient } from './client.ts';
import { formatCursor, leastIds, parseCursor, startOf, type Position } from './cursor.ts';
import { fileRecordOf, type FileModule, type FileRecord } from './entries.ts';
import type { ActionData } from './envelope.ts';
import { protocolError } from './errors.ts';

export const maxPageSize = 100;
/** What onOffice sends when it does not heed the limit that it was asked for. */
const vendorPageSize = 20;
const mostRereads = 3;
const mostSweeps = 4;

export interface FileList {
  readonly module: FileModule;
  readonly folder: string;
  /** Asks for one file only; a vendor that does not know the parameter lists them all. */
  readonly fileId?: number;
}

interface Rows {
  readonly position: Position;
  readonly files: readonly FileRecord[];
  readonly total: number | null;
  /** `cntabsolute` as it came. */
  readonly announced: number | null;
  readonly wasReread: boolean;
}

/**
 * One page of files: each file once over all pages, whatever the vendor makes of limit, offset and total.
 * - A list whose order changes while it is paged is begun again for what was missed; what cannot be had is an error and no gap.
 */
export async function readFilePage(client: ApiClient, list: FileList, options: PageOptions): Promise<Page<FileRecord>> {
  const limit = Math.min(options.pageSize ?? maxPageSize, maxPageSize);
  const start = options.cursor === undefined ? startOf(list.folder) : parseCursor(list.folder, options.cursor);
  const rows = await readRows(client, list, start, limit, options.signal);
  const { position, files } = rows;
  const total = rows.total ?? (files.length === 0 ? position.total : null);
  const ids = new Set<number>();
  const fresh = files.filter(({ entry }) => {
    const id = Number(entry.id);
    return !ids.has(id) && !position.known.has(id) && ids.add(id);
  });
  const next: Position = {
    ...position,
    offset: position.offset + files.length,
    listed: position.listed + fresh.length,
    gained: position.gained + fresh.length,
    total,
    known: position.known.with(ids, leastIds),
  };
  const isOneFile = list.fileId !== undefined && files.length === 0;
  const cursor = isOneFile ? undefined : goOn(rows, fresh.length, next, limit, start);
  return {
    items: fresh,
    ...(cursor === undefined ? {} : { cursor: formatCursor(cursor) }),
    ...(total === null || (cursor !== undefined && total === files.length) ? {} : { total }),
  };
}

/** The file, looked for page by page; `undefined` where the folder does not have it. */
export async function findFile(client: ApiClient, list: FileList, file: string, signal: AbortSignal | undefined): Promise<FileRecord | undefined> {
  const listing = createListing((page) => readFilePage(client, list, page), signal === undefined ? {} : { signal });
  for await (const record of listing) if (record.entry.id === file) return record;
  return undefined;
}

/** Where to read on, or `undefined` at the end. Throws when the listing cannot be completed. */
function goOn({ files, total, announced, position, wasReread }: Rows, freshCount: number, next: Position, limit: number, start: Position): Position | undefined {
  const isShort = files.length < limit;
  if (files.length > 0) {
    const hasGrown = total !== null && start.total !== null && total > start.total;
    const isRepeated = freshCount === 0 && next.sweep === 0 && !wasReread && !hasGrown;
    if (isRepeated) {
      if (announced === next.listed || (total === null && isShort)) return undefined;
      throw incomplete(next);
    }
    const isDefaultSize = files.length === vendorPageSize && isShort && (total === null || (position.offset === 0 && total === files.length));
    const mayBeMore = next.sweep === 0 && (!isShort || isDefaultSize);
    if (mayBeMore || (total !== null && total > next.offset)) return next;
  }
  if (next.total === null || next.listed >= next.total) return undefined;
  const canSweep = files.length > 0 && next.known.count === next.listed && next.sweep < mostSweeps && (next.sweep === 0 || next.gained > 0);
  if (!canSweep) throw incomplete(next);
  return { ...next, offset: 0, sweep: next.sweep + 1, gained: 0 };
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

function parametersOf({ module, folder, fileId }: FileList, limit: number, offset: number): Record<string, number> {
  return { [`${module}id`]: Number(folder), ...(fileId === undefined ? {} : { fileId }), listlimit: limit, listoffset: offset };
}

/** `cntabsolute` as the number of all files; `null` where it is nothing, or the number of rows in this answer. */
function believableTotal({ total, records }: ActionData, { offset, total: before }: Position): number | null {
  if (total === null || total === 0) return null;
  if (offset > 0 && total === records.length) return null;
  return total >= offset + records.length || (before !== null && total < before) ? total : null;
}

function incomplete({ listed, total }: Position): FileSourceError {
  const what = total === null ? `it lists the first ${listed} files again and again and does not heed listoffset` : `it announces ${total} files and lists ${listed}`;
  return protocolError(what).with({ advice: 'The listing is not complete. Check the rights of the API user, and report this to onOffice.' });
}
