import { pagesFrom, PrefetchedAnswers, type FetchOptions, type PageAhead } from '@filesource/core';
import type { ApiClient } from './client.ts';
import type { Position } from './cursor.ts';
import { fileRecordOf, type FileModule, type FileRecord } from './entries.ts';
import type { Action, ActionData } from './envelope.ts';

/** What onOffice sends for one action. */
export const maxRows = 100;
const mostRereads = 3;

export interface FileList {
  readonly module: FileModule;
  readonly folder: string;
  /** Asks for one file only; a vendor that does not know the parameter lists them all. */
  readonly fileId?: number;
}

export interface Rows {
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

interface UnreadRows extends RowRange {
  readonly read: () => ActionData;
}

/** The rows of pages that were asked for before their turn, as they came. */
const unreadRows = new PrefetchedAnswers<readonly UnreadRows[]>();

/** Reads the rows at a position; goes back when the list has become shorter, since then rows have moved before it. */
export async function readRows(client: ApiClient, list: FileList, start: Position, limit: number, { prefetched, signal }: Pick<FetchOptions, 'prefetched' | 'signal'>): Promise<Rows> {
  const early = readEarly(list, unreadRows.answerTo(questionAt(start.offset, limit), prefetched, client.clock));
  let position = start;
  for (let rereads = 0; ; rereads += 1) {
    const ranges = actionsAt(position, limit);
    const isEarly = early !== undefined && rereads === 0 && follows(early, ranges[0], start);
    const { first: data, more: others } = isEarly ? early : await askRows(ranges, (range) => client.call(actionOf(list, range), signal));
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

/** The pages from a position on, as they will be if the list stays as it is. */
export function rowsAhead(client: ApiClient, list: FileList, { offset, total }: { readonly offset: number; readonly total: number }, limit: number): PageAhead[] {
  const askUnread = async (range: RowRange, signal: AbortSignal | undefined): Promise<UnreadRows> => ({ ...range, read: await client.ask(actionOf(list, range), signal) });
  const fetch = (from: number, signal: AbortSignal | undefined): Promise<unknown> =>
    unreadRows.ask(questionAt(from, limit), client.clock, () => Promise.all(actionsAt({ offset: from, total }, limit).map((range) => askUnread(range, signal))));
  return pagesFrom({ start: offset, step: limit, total, fetch });
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

/** What came before its turn; `undefined` where that is nothing that could be listed. */
function readEarly(list: FileList, unread: readonly UnreadRows[] = []): PageRows | undefined {
  const [first, ...more] = unread.map(({ read, ...range }): MoreRows | undefined => {
    try {
      return { ...range, data: read() };
    } catch {
      return undefined;
    }
  });
  // Else it would be the same at each attempt to read the page.
  return first === undefined || filesOrNothing(list, first.data.records) === undefined ? undefined : { first: first.data, more };
}

function questionAt(offset: number, limit: number): string {
  return `${offset} ${limit}`;
}

function actionOf({ module, folder, fileId }: FileList, { offset, count }: RowRange): Action {
  return { resourceType: 'file', resourceId: module, parameters: { [`${module}id`]: Number(folder), ...(fileId === undefined ? {} : { fileId }), listlimit: count, listoffset: offset } };
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

/** `cntabsolute` as the number of all files; `null` where it is nothing, or the number of rows in this answer. */
function believableTotal({ total, records }: ActionData, { offset, total: before }: Position): number | null {
  if (total === null || total === 0) return null;
  if (offset > 0 && total === records.length) return null;
  return total >= offset + records.length || (before !== null && total < before) ? total : null;
}

export function filesOf({ module, folder }: FileList, records: ActionData['records']): FileRecord[] {
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

/** The files that are not known, each once; their ids are added to `ids`. */
export function takeFresh(files: readonly FileRecord[], known: Position['known'], ids: Set<number>): FileRecord[] {
  const fresh: FileRecord[] = [];
  for (const file of files) {
    const id = Number(file.entry.id);
    if (ids.has(id) || known.has(id)) continue;
    ids.add(id);
    fresh.push(file);
  }
  return fresh;
}
