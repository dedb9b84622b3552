import { createListing, pagesFrom, PrefetchedAnswers, type Entry, type FetchedPage, type FetchOptions, type FileSourceError } from '@filesource/core';
import type { ApiClient } from './client.ts';
import { formatCursor, leastIds, parseCursor, startOf, type Position } from './cursor.ts';
import { fileRecordOf, type FileModule, type FileRecord } from './entries.ts';
import type { Action, ActionData } from './envelope.ts';
import { protocolError } from './errors.ts';

/** What onOffice sends for one action, and how many of those make a page. */
const maxRows = 100;
export const maxPageSize = 5 * maxRows;
/** What onOffice sends when it does not heed the limit that it was asked for. */
const vendorPageSize = 20;
const mostRereads = 3;
/** Shorter pages are held as they are. */
const leastAgain = 100;
const mostSweeps = 4;

export interface FileList {
  readonly module: FileModule;
  readonly folder: string;
  /** Asks for one file only; a vendor that does not know the parameter lists them all. */
  readonly fileId?: number;
}

interface Rows {
  readonly position: Position;
  /** How many were asked for. */
  readonly limit: number;
  readonly files: readonly FileRecord[];
  readonly total: number | null;
  /** `cntabsolute` as it came. */
  readonly announced: number | null;
  readonly wasReread: boolean;
  readonly wasEarly: boolean;
  /** What the files were read from. */
  readonly sources: readonly ActionData[];
}

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
  const actionOf = (range: RowRange): Action => ({ resourceType: 'file', resourceId: list.module, parameters: parametersOf(list, range) });
  const ask: Ask = (range) => client.call(actionOf(range), options.signal);
  const early = readEarly(prefetchedAnswers.answerTo(questionAt(start.offset, limit), options.prefetched, client.clock));
  const rows = await readRows(list, start, limit, ask, early);
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
  const fetchEarly = (offset: number, signal: AbortSignal | undefined): Promise<unknown> =>
    prefetchedAnswers.ask(questionAt(offset, limit), client.clock, () => Promise.all(actionsAt({ offset, total }, limit).map(async (range) => ({ ...range, read: await client.ask(actionOf(range), signal) }))));
  const ahead = isSteady ? pagesFrom({ start: next.offset, step: limit, total, fetch: fetchEarly }) : [];
  return {
    items: fresh,
    ...(ahead.length === 0 ? {} : { ahead }),
    ...(options.prefetched !== undefined && !rows.wasEarly ? { prefetchMissed: true } : {}),
    ...(again === undefined ? {} : { again }),
    ...(cursor === undefined ? {} : { cursor: formatCursor(cursor) }),
    ...(total === null || (cursor !== undefined && total === files.length) ? {} : { total }),
  };
}

/** The files that are not known, each once; their ids are added to `ids`. */
function takeFresh(files: readonly FileRecord[], known: Position['known'], ids: Set<number>): FileRecord[] {
  const fresh: FileRecord[] = [];
  for (const file of files) {
    const id = Number(file.entry.id);
    if (ids.has(id) || known.has(id)) continue;
    ids.add(id);
    fresh.push(file);
  }
  return fresh;
}

function readingAgain(list: FileList, sources: readonly ActionData[]): (() => readonly FileRecord[]) | undefined {
  const readers = sources.map(({ again }) => again).filter((again) => again !== undefined);
  return readers.length < sources.length ? undefined : () => readers.flatMap((again) => filesOf(list, again()));
}

function filesOf({ module, folder }: FileList, records: ActionData['records']): FileRecord[] {
  const files: FileRecord[] = [];
  for (const record of records) files.push(fileRecordOf(module, folder, record));
  return files;
}

/** `undefined` where one of them cannot be read. */
function filesOrNothing(list: FileList, records: ActionData['records']): FileRecord[] | undefined {
  try {
    return filesOf(list, records);
  } catch {
    return undefined;
  }
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

/** Reads the rows at a position; goes back when the list has become shorter, since then rows have moved before it. */
async function readRows(list: FileList, start: Position, limit: number, ask: Ask, early: PageRows | undefined): Promise<Rows> {
  let position = start;
  for (let rereads = 0; ; rereads += 1) {
    const ranges = actionsAt(position, limit);
    const isEarly = early !== undefined && rereads === 0 && follows(early, ranges[0], start);
    const { first: data, more: others } = isEarly ? early : await askRows(ranges, ask);
    const total = believableTotal(data, position);
    if (position.total !== null && total !== null && total < position.total && rereads < mostRereads) {
      position = { ...position, offset: Math.max(0, position.offset - (position.total - total)), total };
      continue;
    }
    const files = filesOf(list, data.records);
    const rows = { position, limit: ranges[0].count, files, total, announced: data.total, wasReread: rereads > 0, wasEarly: isEarly, sources: [data] };
    return total !== null && total === position.total && files.length === ranges[0].count ? withMore(list, rows, others) : rows;
  }
}

type Ask = (range: RowRange) => Promise<ActionData>;

/** The answers to the actions of a page. */
interface PageRows {
  readonly first: ActionData;
  readonly more: readonly (MoreRows | undefined)[];
}

/** Whether rows that came early are just what is to follow. */
function follows({ first: { total, records } }: PageRows, { count }: RowRange, { offset, total: before, known }: Position): boolean {
  return before !== null && total === before && records.length === Math.min(count, before - offset) && !records.some(({ id }) => known.has(Number(id)));
}

/** What fails of the further actions is asked for again as the first of the next page, and then fails by name. */
async function askRows([range, ...ranges]: RowRanges, ask: Ask): Promise<PageRows> {
  const askMore = (one: RowRange): Promise<MoreRows | undefined> =>
    ask(one)
      .then((data) => ({ ...one, data }))
      .catch(() => undefined);
  const [first, ...more] = await Promise.all([ask(range), ...ranges.map(askMore)]);
  return { first, more };
}

interface UnreadRows extends RowRange {
  readonly read: () => ActionData;
}

const prefetchedAnswers = new PrefetchedAnswers<readonly UnreadRows[]>();

/** What came before its turn; what fails is asked for now. */
function readEarly(unread: readonly UnreadRows[] = []): PageRows | undefined {
  const [first, ...more] = unread.map(({ read, ...range }): MoreRows | undefined => {
    try {
      return { ...range, data: read() };
    } catch {
      return undefined;
    }
  });
  return first === undefined ? undefined : { first: first.data, more };
}

function questionAt(offset: number, limit: number): string {
  return `${offset} ${limit}`;
}

interface RowRange {
  readonly offset: number;
  readonly count: number;
}

type RowRanges = [RowRange, ...RowRange[]];

interface MoreRows extends RowRange {
  readonly data: ActionData;
}

/** One action for the next rows, and more of them in the same request for those that are known to follow. */
function actionsAt({ offset, total }: Pick<Position, 'offset' | 'total'>, limit: number): RowRanges {
  const ranges: RowRanges = [{ offset, count: Math.min(limit, maxRows) }];
  for (let taken = maxRows; taken < limit && offset + taken < (total ?? 0); taken += maxRows) ranges.push({ offset: offset + taken, count: Math.min(limit - taken, maxRows) });
  return ranges;
}

/** Takes the rows of further actions as long as they are just what is to follow; anything else is asked for again, and then judged by itself. */
function withMore(list: FileList, rows: Rows, others: readonly (MoreRows | undefined)[]): Rows {
  const { position, announced, total } = rows;
  const files = [...rows.files];
  const sources = [...rows.sources];
  let { limit } = rows;
  const ids = new Set<number>();
  takeFresh(files, position.known, ids);
  for (const more of others) {
    if (more === undefined) break;
    const isWhole = more.data.total === announced && more.data.records.length === Math.min(more.count, (total ?? 0) - more.offset);
    const next = isWhole ? filesOrNothing(list, more.data.records) : undefined;
    if (next === undefined || takeFresh(next, position.known, ids).length < next.length) break;
    files.push(...next);
    sources.push(more.data);
    limit += more.count;
  }
  return { ...rows, files, limit, sources };
}

function parametersOf({ module, folder, fileId }: FileList, { offset, count }: RowRange): Record<string, number> {
  return { [`${module}id`]: Number(folder), ...(fileId === undefined ? {} : { fileId }), listlimit: count, listoffset: offset };
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
