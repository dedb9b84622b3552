import { FileSourceError, pagesFrom, PrefetchedAnswers, type Clock, type FetchOptions, type PageAhead } from '@filesource/core';
import type { ApiResult, OnlyOfficeClient } from './client.ts';
import type { Position } from './cursor.ts';
import { contentsPath, type FolderId } from './ids.ts';
import { quickContents } from './quick-read.ts';
import { contentsSchema, type ContentsDto } from './schemas.ts';

const mostRereads = 3;

type Contents = ApiResult<ContentsDto>;

/** Folders before files, as the vendor sends them; no order is asked for, since the vendor would save it as the user's own. */
function askContents(client: OnlyOfficeClient, folder: FolderId, start: number, count: number, signal: AbortSignal | undefined): Promise<() => Contents> {
  return client.ask({ method: 'GET', path: `api/2.0/files/${contentsPath(folder)}`, query: { count: String(count), startIndex: String(start) }, schema: contentsSchema, quick: quickContents }, signal);
}

export async function fetchContents(client: OnlyOfficeClient, folder: FolderId, start: number, count: number, signal: AbortSignal | undefined, tellsStart = false): Promise<Contents> {
  const read = await askContents(client, folder, start, count, signal);
  return readContents(read, folder, start, tellsStart);
}

/** Pages that were asked for before their turn, as they came. */
const unreadContents = new PrefetchedAnswers<() => Contents>();

/** A page of a folder that is listed. */
export interface ListedPage {
  readonly client: OnlyOfficeClient;
  readonly clock: Clock;
  readonly folder: FolderId;
  readonly pageSize: number;
}

interface PageRead {
  readonly start: number;
  readonly value: ContentsDto;
  /** What the value was read from. */
  readonly bytes: Buffer;
  readonly total: number | null;
  /** What came before its turn was taken. */
  readonly wasEarly: boolean;
}

/**
 * The page that follows another one, or the first.
 * - Goes back by as much as the folder has shrunk since the page before; what overlaps is known by its key.
 * - What came before its turn counts where its total is that of the page before; else entries may have moved, and it is asked for now.
 */
export async function readPage(page: ListedPage, before: Position | undefined, { prefetched, signal }: Pick<FetchOptions, 'prefetched' | 'signal'>): Promise<PageRead> {
  let start = before?.start ?? 0;
  const last = before?.last ?? null;
  const early = before === undefined ? undefined : readEarly(unreadContents.answerTo(questionAt(start, page), prefetched, page.clock), page.folder, before);
  if (early !== undefined) {
    const total = totalOf(early, start);
    if (total !== null && total === last) return { start, value: early.value, bytes: early.bytes, total, wasEarly: true };
  }
  for (let rereads = 0; ; rereads += 1) {
    const answer = await fetchContents(page.client, page.folder, start, page.pageSize, signal, before?.tellsStart);
    const { value, bytes } = answer;
    const total = totalOf(answer, start);
    // A wrong page does not fit its own total; then what was told before counts.
    if (before === undefined || last === null || total === null) return { start, value, bytes, total: total ?? last, wasEarly: false };
    const firstUnread = Math.max(0, before.start - Math.max(0, last - total));
    if (start <= firstUnread || rereads === mostRereads) return { start, value, bytes, total, wasEarly: false };
    start = Math.max(0, firstUnread - (rereads === 0 ? 0 : Math.floor(before.size / 2)));
  }
}

/** The pages from `start` on, as they will be if the folder stays as it is; a portal may send fewer than it is asked for, `step` entries a page. */
export function pagesAhead(page: ListedPage, { start, step, total }: { readonly start: number; readonly step: number; readonly total: number }): PageAhead[] {
  const fetch = (from: number, signal: AbortSignal | undefined): Promise<unknown> =>
    unreadContents.ask(questionAt(from, page), page.clock, () => askContents(page.client, page.folder, from, page.pageSize, signal));
  return pagesFrom({ start, step, total, fetch });
}

function questionAt(start: number, { pageSize }: ListedPage): string {
  return `${start} ${pageSize}`;
}

/** What came before its turn; `undefined` where that is not what it should be. */
function readEarly(read: (() => Contents) | undefined, folder: FolderId, { start, tellsStart }: Position): Contents | undefined {
  try {
    // When it was asked for, nobody knew yet whether the portal tells where a page starts.
    return read === undefined ? undefined : readContents(read, folder, start, tellsStart);
  } catch {
    return undefined;
  }
}

function readContents(read: () => Contents, folder: FolderId, start: number, tellsStart: boolean): Contents {
  const result = read();
  const { current } = result.value;
  // A section has an id of its own, and a connected account may write one in several ways.
  if (folder.kind === 'number' && current !== undefined && current !== null && current.id !== folder.text) {
    throw new FileSourceError('vendor-protocol', `asked for the folder ${folder.text}, the portal listed ${current.id}`, { status: 'temporary' });
  }
  if (isElsewhere(result.value, start, tellsStart)) throw new FileSourceError('vendor-protocol', `asked for the entries from ${start} on, the portal sent those from ${result.value.startIndex ?? 0} on`, { status: 'temporary' });
  return result;
}

function isElsewhere({ startIndex }: ContentsDto, start: number, tellsStart: boolean): boolean {
  const told = startIndex ?? 0;
  return (told !== 0 || tellsStart) && told !== start;
}

/** A total that is less than what came already is none; but where nothing comes, the folder may have shrunk to less than that. */
function totalOf({ value, total: outerTotal }: Contents, start: number): number | null {
  const total = value.total ?? outerTotal;
  const received = (value.folders?.length ?? 0) + (value.files?.length ?? 0);
  const came = received === 0 ? Math.min(start, 1) : start + received;
  return total !== null && Number.isSafeInteger(total) && total >= came ? total : null;
}
