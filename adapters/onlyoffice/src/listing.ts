import { FileSourceError, KnownKeys, parseJson, textOf, type Clock, type Entry, type FetchedPage, type FetchOptions, type Key, type Page } from '@filesource/core';
import type { OnlyOfficeClient } from './client.ts';
import { pagesAhead, readPage, type ListedPage } from './folder-contents.ts';
import { formatCursor, parseCursor, type Position } from './cursor.ts';
import { toFileEntry, toFolderEntry } from './entries.ts';
import type { Generation } from './generation.ts';
import { isOwnId, type FolderId } from './ids.ts';
import { quickContents } from './quick-read.ts';
import { contentsSchema, envelopeSchema, rootSchema, type ContentsDto, type FileDto } from './schemas.ts';

const keysKept = 2000;
/** Pages in a row that may show nothing, for what the user may not see; a total can announce any number of them. */
const mostEmpty = 1000;
/** The answer with a page is kept for its files where it has no more bytes than this for each of them. */
const mostPerFile = 2048;

/** The page of all sections; each is told through the folder that it is. */
export async function listRoot(client: OnlyOfficeClient, signal: AbortSignal | undefined): Promise<Page<Entry>> {
  const { value } = await client.call({ method: 'GET', path: 'api/2.0/files/@root', schema: rootSchema }, signal);
  const folders = (value ?? []).flatMap(({ current }) => (current === undefined || current === null ? [] : [toFolderEntry(current)]));
  return { items: folders, total: folders.length };
}

/**
 * One page of a folder.
 * - A page shorter than asked for moves the listing on by what came, an empty one by what was asked for; what overlaps comes once.
 * - A page that came before, or that is empty in the middle, is asked for once more; a vendor that sends the same again and again is an
 *   error, since entries would be missing.
 * - A total that is less than what came, or that may be the number of entries on the page where no other number tells that, says nothing of the end: that
 *   is where a page is empty.
 * - At the end, fewer entries than the portal announced are an error, unless `acceptsHidden` says that the user may not see them all.
 * - When the folder has shrunk, entries have moved up: as many are read again, and some more where it goes on shrinking meanwhile.
 * - Where the user may not see all, a page can be made of nothing but the end of the one before; it is no repeated one where the portal says that it starts
 *   elsewhere.
 */
export async function listContents(client: OnlyOfficeClient, folder: FolderId, options: FetchOptions, { maxPageSize, acceptsHidden, clock, onFiles }: ListingRules): Promise<FetchedPage<Entry>> {
  const pageSize = Math.min(options.pageSize ?? maxPageSize, maxPageSize);
  const before = options.cursor === undefined ? undefined : parseCursor(folder.text, options.cursor);
  if (before?.isShort === true) throw incomplete(before);
  const page: ListedPage = { client, clock, folder, pageSize };
  const { start, value, bytes, total, wasEarly } = await readPage(page, before, options);
  const received = entriesOf(value, folder.text, client.generation.current());
  const known = before?.known ?? KnownKeys.none;
  const keys = new Set<Key>();
  const items = takeFresh(received, known, keys);
  const came: Came = { start, pageSize, total, countsPage: (value.count ?? null) !== null, received: received.length, fresh: items.length };
  const wentBack = before !== undefined && start < before.start;
  const isOverlap = wentBack || (acceptsHidden && total !== null && start > 0 && value.startIndex === start && received.length < pageSize);
  const repeats = isOverlap ? 0 : repeatsOf(before, came);
  const isComplete = repeats > 0 && total === null && received.length < pageSize;
  if (isComplete) return { items: [] };
  if (repeats > 1) {
    throw new FileSourceError('vendor-protocol', 'the portal sends the same page of the folder again and again', { advice: 'The listing is not complete; report this to the vendor.' });
  }
  const empty = received.length > 0 ? 0 : (before?.empty ?? 0) + 1;
  if (empty > mostEmpty) {
    throw new FileSourceError('vendor-protocol', `the portal announces ${total ?? 'more'} entries and sends ${mostEmpty} pages with none`, { advice: 'The listing is not complete; report this to the vendor.' });
  }
  const next = goOn(before, came, repeats);
  const files = value.files ?? [];
  onFiles?.(files, bytes.length > files.length * mostPerFile ? () => files : laterIn(bytes));
  // The entries of the last page come before the error that others are missing.
  const isShort = !next.hasMore && !acceptsHidden && isLess(next.listed, next.total);
  const tellsStart = before?.tellsStart === true || (value.startIndex ?? 0) > 0;
  const position = { start: next.start, known: known.with(keys, keysKept), size: received.length, empty, repeats, total: next.total, last: total, listed: next.listed, isShort, tellsStart };
  const isSteady = options.readAhead === true && next.hasMore && total !== null && items.length > 0;
  const ahead = isSteady ? pagesAhead(page, { start: next.start, step: received.length, total }) : [];
  return {
    items,
    ...(total === null ? {} : { total }),
    ...(next.hasMore || isShort ? { cursor: formatCursor(folder.text, position) } : {}),
    ...(ahead.length > 0 ? { ahead } : {}),
    ...(options.prefetched !== undefined && !wasEarly ? { prefetchMissed: true } : {}),
  };
}

/** What came of a page: how many entries, and how many of them for the first time. */
interface Came {
  readonly start: number;
  readonly pageSize: number;
  readonly total: number | null;
  /** The portal told of the entries on the page too: its total is another number. */
  readonly countsPage: boolean;
  readonly received: number;
  readonly fresh: number;
}

/** How often the page before has come again; 0 for a new page. */
function repeatsOf(before: Position | undefined, { received, fresh }: Came): number {
  const isRepeat = before !== undefined && received > 0 && fresh === 0 && received === before.size;
  return isRepeat ? before.repeats + 1 : 0;
}

interface Next {
  readonly start: number;
  /** The least that was told, at any time. */
  readonly total: number | null;
  readonly listed: number;
  readonly hasMore: boolean;
}

function goOn(before: Position | undefined, { start, pageSize, total, countsPage, received, fresh }: Came, repeats: number): Next {
  const isRepeat = repeats > 0;
  const leastTotal = total === null ? null : Math.min(total, before?.total ?? total);
  const isWrongPage = isRepeat && total !== null && total === leastTotal;
  const wasAskedAgain = before !== undefined && before.size === 0 && before.start === start;
  const isGap = received === 0 && total !== null && start < total && !wasAskedAgain;
  const next = isWrongPage || isGap ? start : start + (received === 0 || isRepeat ? pageSize : received);
  const listed = (before?.listed ?? 0) + fresh;
  const isNoTotal = total === null || listed > total || (!countsPage && start === 0 && received === pageSize && total === received);
  return { start: next, total: leastTotal, listed, hasMore: isNoTotal ? received > 0 : next < total };
}

function isLess(listed: number, total: number | null): boolean {
  return total !== null && listed < total;
}

/** A function of its own, as is the next: with loops over all entries in it, V8 would compile the whole of `listContents`, again and again. */
function entriesOf({ folders, files }: ContentsDto, folder: string, generation: Generation | undefined): Entry[] {
  const entries: Entry[] = [];
  if (folders !== undefined && folders !== null) for (const dto of folders) entries.push(toFolderEntry(dto));
  if (files !== undefined && files !== null) for (const dto of files) entries.push(toFileEntry(dto, folder, generation));
  return entries;
}

/** Made here, so that what it remembers is the bytes and nothing else of the page; those of a small answer may be a part of a far larger block, which others use as well. */
function laterIn(bytes: Buffer): () => readonly FileDto[] {
  const own = bytes.buffer.byteLength > 2 * bytes.length ? Buffer.allocUnsafeSlow(bytes.length) : bytes;
  if (own !== bytes) bytes.copy(own);
  return () => {
    const { response } = envelopeSchema.parse(parseJson(textOf(own), { isPicked: true }));
    return (quickContents(response) ?? contentsSchema.parse(response)).files ?? [];
  };
}

/** The entries that are not known, each once; their keys are added to `fresh`. */
function takeFresh(received: readonly Entry[], known: KnownKeys, fresh: Set<Key>): Entry[] {
  const items: Entry[] = [];
  for (const entry of received) {
    const key = keyOf(entry);
    if (fresh.has(key) || known.has(key)) continue;
    fresh.add(key);
    items.push(entry);
  }
  return items;
}

function incomplete({ total, listed }: Position): FileSourceError {
  return new FileSourceError('vendor-protocol', `the portal announces ${total} entries and lists ${listed}`, {
    advice: 'The listing is not complete. List the folder again; if the user may really not see all of it, set hiddenEntries: accept.',
  });
}

export interface ListingRules {
  readonly maxPageSize: number;
  /** Takes what a portal counts and does not list for what the user may not see. */
  readonly acceptsHidden: boolean;
  readonly clock: Clock;
  /** The files of each page, and how to have them once more: thousands of them would cost the garbage collector more than parsing them did, the bytes of the answer cost it nothing. */
  readonly onFiles?: (files: readonly FileDto[], again: () => readonly FileDto[]) => void;
}

/** A file and a folder may have the same number; ids of connected accounts are texts. */
function keyOf({ kind, id }: Entry): Key {
  if (id.length > 15 || !isOwnId(id)) return `${kind === 'file' ? 'f' : 'd'}${id}`;
  return kind === 'file' ? Number(id) : -Number(id);
}

