import { FileSourceError } from '@filesource/core';
import { fetchedUrl } from './file-handler.ts';

/** How a bulk download ended well: what the vendor tells once. */
export interface BulkEnd {
  readonly url: string;
  readonly warning: string | null;
}

/** What another process needs: the id of the operation and, once its end was seen, what is left of the end. */
export interface BulkHandle {
  readonly id: string;
  readonly end: BulkEnd | null;
}

/** The file handlers by generation; the letter is a capital where the vendor complained about something. */
const handlers = { d: '/filehandler.ashx', w: '/Products/Files/HttpHandlers/filehandler.ashx' } as const;
const handlePattern = /^([\w.-]{1,128})(?:~([dwDW])([\w+/=-]{1,1800}))?$/;

/**
 * The id that core makes a token of; `null` for a job whose id or link is of a form not known here.
 * - Of the link only the vendor's key of the archive is kept: it leads nowhere without the portal's address, and opens nothing without the
 *   credentials of the user whose archive it is.
 */
export function formatBulkHandle({ id, end }: BulkHandle, portal: URL): string | null {
  if (end === null) return checked(id);
  const url = ownUrl(end.url, portal);
  if (url === undefined) return null;
  const key = url.searchParams.get('filename') ?? '';
  const letter = (['d', 'w'] as const).find((one) => isSame(linkTo(one, key, portal), url));
  return letter === undefined ? null : checked(`${id}~${end.warning === null ? letter : letter.toUpperCase()}${key}`);
}

/** Throws `invalid-argument` for what is no handle of this provider. */
export function parseBulkHandle(text: string, portal: URL): BulkHandle {
  const [, id, letter, key] = handlePattern.exec(text) ?? [];
  if (id === undefined) throw new FileSourceError('invalid-argument', 'the token is of no operation of this provider');
  if (letter === undefined || key === undefined) return { id, end: null };
  const generation = letter.toLowerCase() === 'd' ? 'd' : 'w';
  const warning = letter === generation ? null : 'the vendor complained when it ended; its words were told to whoever saw the end';
  return { id, end: { url: linkTo(generation, key, portal).href, warning } };
}

/** A link to the portal as its address spells it, however the portal did; `undefined` for what is no link. */
function ownUrl(link: string, portal: URL): URL | undefined {
  try {
    return fetchedUrl(link, portal);
  } catch {
    return undefined;
  }
}

function linkTo(generation: keyof typeof handlers, key: string, portal: URL): URL {
  const url = new URL(handlers[generation], portal);
  url.searchParams.set('action', 'bulk');
  url.searchParams.set('filename', key);
  return url;
}

/** Whatever is percent-encoded, and in which letters. */
function isSame(link: URL, url: URL): boolean {
  return link.origin === url.origin && link.pathname === url.pathname && paramsOf(link) === paramsOf(url);
}

function paramsOf({ searchParams }: URL): string {
  const params = new URLSearchParams(searchParams);
  params.sort();
  return params.toString();
}

function checked(text: string): string | null {
  return handlePattern.test(text) ? text : null;
}
