import { createListing, type Entry, type FetchedPage, type FetchOptions, type FileSourceError } from '@filesource/core';
import type { ApiClient } from './client.ts';
import { formatCursor, leastIds, parseCursor, startOf, type Position } from './cursor.ts';
import type { FileRecord } from './entries.ts';
import type { ActionData } from './envelope.ts';
import { protocolError } from './errors.ts';
import { filesOf, maxRows, readRows, rowsAhead, takeFresh, type FileList, type Rows } from './rows.ts';

export const maxPageSize = 5 * maxRows;
/** What onOffice sends when it does not heed the limit that it was asked for. */
const vendorPageSize = 20;
/** Shorter pages are held as they are. */
const leastAgain = 100;
const mostSweeps = 4;

/** A page of files, which can be read anew where it is too long to be held for long. */
export interface FilePage extends FetchedPage<FileRecord> {
  readonly again?: () => readonly FileRecord[];
}

/**
 * One page of files: each file once over all pages, whatever the vendor makes of limit, offset and total.
 * - A list whose order changes while it is paged is begun again for what was missed; what cannot be had is an error and no gap.
 * - Rows that came before their turn count where they are just what is to follow; else they are asked for now.
 */
export async function readFilePage(client: ApiClient, list: FileList, options: FetchOptions): Promise<FilePage> {
  const start = options.cursor === undefined ? startOf(list.folder) : parseCursor(list.folder, options.cursor);
  const limit = Math.min(options.pageSize ?? maxPageSize, maxPageSize);
  const rows = await readRows(client, list, start, limit, options);
  const { position, files } = rows;
  const total = rows.total ?? (files.length === 0 ? position.total : null);
  const ids = new Set<number>();
  const fresh = takeFresh(files, position.known, ids);
  const again = files.length < leastAgain ? undefined : readingAgain(list, rows.sources);
  const next: Position = {
    ...position,
    offset: position.offset + files.length,
    listed: position.listed + fresh.length,
    gained: position.gained + fresh.length,
    total,
    known: position.known.with(ids, leastIds),
  };
  const isOneFile = list.fileId !== undefined && files.length === 0;
  const cursor = isOneFile ? undefined : goOn(rows, fresh.length, next, start);
  const isSteady = options.readAhead === true && cursor?.sweep === 0 && total !== null && files.length === rows.limit && fresh.length === files.length;
  const ahead = isSteady ? rowsAhead(client, list, { offset: next.offset, total }, limit) : [];
  return {
    items: fresh,
    ...(ahead.length === 0 ? {} : { ahead }),
    ...(options.prefetched !== undefined && !rows.wasEarly ? { prefetchMissed: true } : {}),
    ...(again === undefined ? {} : { again }),
    ...(cursor === undefined ? {} : { cursor: formatCursor(cursor) }),
    ...(total === null || (cursor !== undefined && total === files.length) ? {} : { total }),
  };
}

function readingAgain(list: FileList, sources: readonly ActionData[]): (() => readonly FileRecord[]) | undefined {
  const readers = sources.map(({ again }) => again).filter((again) => again !== undefined);
  return readers.length < sources.length ? undefined : () => readers.flatMap((again) => filesOf(list, again()));
}

/** The page as callers see it. */
export function pageOfEntries({ again: _again, items, ...page }: FilePage): FetchedPage<Entry> {
  return { ...page, items: items.map(({ entry }) => entry) };
}

/** The file, looked for page by page; `undefined` where the folder does not have it. */
export async function findFile(client: ApiClient, list: FileList, file: string, signal: AbortSignal | undefined): Promise<FileRecord | undefined> {
  const listing = createListing((page) => readFilePage(client, list, page), { readAhead: false, ...(signal === undefined ? {} : { signal }) });
  for await (const record of listing) if (record.entry.id === file) return record;
  return undefined;
}

/** Where to read on, or `undefined` at the end. Throws when the listing cannot be completed. */
function goOn({ files, limit, total, announced, position, wasReread }: Rows, freshCount: number, next: Position, start: Position): Position | undefined {
  const isShort = files.length < limit;
  if (files.length > 0) {
    const hasGrown = total !== null && start.total !== null && total > start.total;
    const isRepeated = freshCount === 0 && next.sweep === 0 && !wasReread && !hasGrown;
    if (isRepeated) {
      if (announced === next.listed || (total === null && isShort)) return undefined;
      throw incomplete(next);
    }
    const isDefaultSize = files.length === vendorPageSize && isShort && (total === null || (position.offset === 0 && total === files.length));
    // Where nothing tells how many there are, a page is the last one only when nothing follows it: the vendor may give fewer rows than it is asked for.
    const isUntold = announced === null || announced === 0;
    const mayBeMore = next.sweep === 0 && (!isShort || isDefaultSize || isUntold);
    if (mayBeMore || (total !== null && total > next.offset)) return next;
  }
  if (next.total === null || next.listed >= next.total) return undefined;
  // As many rows as there are came, and some of them twice: others moved away from where they were looked for.
  const hasMoved = next.offset >= next.total;
  const canSweep = (files.length > 0 || hasMoved) && next.known.count === next.listed && next.sweep < mostSweeps && (next.sweep === 0 || next.gained > 0);
  if (!canSweep) throw incomplete(next);
  return { ...next, offset: 0, sweep: next.sweep + 1, gained: 0 };
}

function incomplete({ listed, total }: Position): FileSourceError {
  const what = total === null ? `it lists the first ${listed} files again and again and does not heed listoffset` : `it announces ${total} files and lists ${listed}`;
  return protocolError(what).with({ advice: 'The listing is not complete. Check the rights of the API user, and report this to onOffice.' });
}
