import { Readable } from 'node:stream';
import { FileSourceError, lookOf, readBody, type ByteRange, type HttpResponse, type Ports } from '@filesource/core';
import type { OnlyOfficeClient } from './client.ts';
import { announcedLength, extentOf, isAttachment, isPacked, mediaTypeIn, type Extent } from './content-headers.ts';
import { readFailure, toContentError } from './errors.ts';

export interface BodyRequest {
  readonly url: string;
  readonly range: ByteRange | undefined;
  /** Bytes of the whole, as told before; `null` where nobody told. */
  readonly totalSize: number | null;
  /** Of the name; what is not HTML by its name is not expected to come as a page. */
  readonly mediaType: string | null;
  readonly isArchive: boolean;
  readonly signal: AbortSignal | undefined;
}

export interface Body extends Extent {
  readonly body: Readable;
  readonly headers: Readonly<Record<string, string>>;
  /** Where it came from, after redirects. */
  readonly url: string;
}

const largestErrorText = 64 * 1024;

/**
 * Bytes from the file handler of the portal, or from the store that it redirects to.
 * - Its ranges are home-made: no suffix ranges, no 416, and errors that differ by action; so what lies outside is decided here,
 *   and a range that is the whole is not sent as one.
 */
export async function openBody(client: OnlyOfficeClient, ports: Ports, request: BodyRequest): Promise<Body> {
  const { range, totalSize, signal } = request;
  const url = fetchedUrl(request.url, client.portal);
  if (range !== undefined && totalSize !== null && range.offset > totalSize) throw outside(range.offset, totalSize);
  if (range !== undefined && (range.length === 0 || range.offset === totalSize)) {
    return { body: Readable.from([], { objectMode: false }), offset: range.offset, size: 0, total: totalSize, headers: {}, url: url.href };
  }
  const asked = rangeHeader(range, totalSize);
  const response = await client.fetch(url, { 'accept-encoding': 'identity', ...(asked === undefined ? {} : { range: asked.header }) }, signal);
  try {
    // The handler's 400 for a range past the end; where the size is known, none is ever sent.
    if (response.status === 400 && asked !== undefined && totalSize === null) throw new FileSourceError('range-not-satisfiable', `the portal refuses the range from ${asked.first}`);
    if (response.status !== 200 && response.status !== 206) throw await failureOf(response, request, client, ports);
    await refusePage(response, request);
    refusePacked(response.headers, request.totalSize);
    const extent = extentOf(response.status, response.headers);
    checkExtent(extent, asked, request);
    return { ...extent, body: response.body, headers: response.headers, url: response.url };
  } catch (error) {
    response.body.destroy();
    throw error;
  }
}

/** Throws `vendor-protocol` for what is no web address. A link to the portal itself, spelled with plain HTTP by a portal that does not know of the proxy before it, is upgraded. */
export function handlerUrl(link: string, portal: URL): URL {
  let url: URL;
  try {
    url = new URL(link, portal);
  } catch {
    throw new FileSourceError('vendor-protocol', 'the portal gave a link that is none');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new FileSourceError('vendor-protocol', 'the portal gave a link that is not HTTP');
  if (portal.protocol === 'https:' && url.protocol === 'http:' && url.host === portal.host) url.protocol = 'https:';
  url.username = '';
  url.password = '';
  return url;
}

const loopback = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Where a link of the portal is fetched; throws as {@link handlerUrl} does.
 * - A portal that is called by a loopback address writes the domain of its tenant into its links, which may lead anywhere from here.
 */
export function fetchedUrl(text: string, portal: URL): URL {
  const link = handlerUrl(text, portal);
  if (!loopback.test(portal.hostname) || loopback.test(link.hostname) || !isHandler(link)) return link;
  const url = new URL(portal);
  url.pathname = link.pathname;
  url.search = link.search;
  return url;
}

/** The portal's own way to bytes, by its path. */
export function isHandler({ pathname }: URL): boolean {
  return /\/filehandler\.ashx$/i.test(pathname);
}

interface AskedRange {
  readonly header: string;
  readonly first: number;
  readonly last: number | null;
}

function rangeHeader(range: ByteRange | undefined, totalSize: number | null): AskedRange | undefined {
  if (range === undefined) return undefined;
  const wanted = range.length === undefined ? null : range.offset + range.length - 1;
  const last = totalSize === null ? wanted : Math.min(wanted ?? totalSize - 1, totalSize - 1);
  if (range.offset === 0 && (last === null || last + 1 === totalSize)) return undefined;
  return { header: `bytes=${range.offset}-${last ?? ''}`, first: range.offset, last };
}

function outside(offset: number, totalSize: number): FileSourceError {
  return new FileSourceError('range-not-satisfiable', `the range starts at ${offset}, the file has ${totalSize} bytes`);
}

async function failureOf(response: HttpResponse, request: BodyRequest, client: OnlyOfficeClient, ports: Ports): Promise<FileSourceError> {
  const isHtml = mediaTypeIn(response.headers) === 'text/html';
  const text = await readBody(response.body, largestErrorText).then(
    (bytes) => bytes.toString('utf8'),
    () => '',
  );
  const failure = readFailure({ status: response.status, headers: response.headers, text: isHtml ? text.replace(/<[^>]*>/g, ' ') : text }, ports.clock.now());
  const isStore = new URL(response.url).origin !== client.portal.origin;
  return toContentError(failure, isStore ? 'store' : 'portal', request.isArchive);
}

/** A login page or an error page answered with 200: never the file, unless it is just as long and comes as an attachment. */
async function refusePage(response: HttpResponse, request: BodyRequest): Promise<void> {
  const { headers } = response;
  const came = mediaTypeIn(headers);
  const isPage = (came === 'text/html' || came === 'application/xhtml+xml') && !/html/.test(request.mediaType ?? '');
  const isAnswer = came === 'application/json' && request.mediaType !== 'application/json';
  if (!isPage && !isAnswer) return;
  const length = response.status === 206 ? extentOf(206, headers).total : announcedLength(headers);
  if (isAttachment(headers) && (request.totalSize === null || length === request.totalSize)) return;
  const text = await readBody(response.body, largestErrorText).then(
    (bytes) => bytes.toString('utf8'),
    () => '',
  );
  throw new FileSourceError('vendor-protocol', `expected the bytes of ${request.isArchive ? 'the archive' : 'the file'}, got ${lookOf(text)}`, {
    status: 'temporary',
    httpStatus: response.status,
    advice: 'Look whether a login page or a proxy stands before the portal.',
  });
}

function checkExtent(extent: Extent, asked: AskedRange | undefined, request: BodyRequest): void {
  const { totalSize } = request;
  if (isWrongTotal(extent, totalSize)) throw sizeError(extent.total ?? 0, totalSize ?? 0);
  const last = extent.size === null ? null : extent.offset + extent.size - 1;
  if (asked === undefined) {
    if (extent.offset !== 0 || (extent.total !== null && extent.size !== null && extent.size < extent.total)) throw new FileSourceError('vendor-protocol', 'asked for the whole file, the portal sent a part');
    return;
  }
  if (extent.offset > asked.first) throw new FileSourceError('vendor-protocol', `asked for bytes from ${asked.first}, the portal sent them from ${extent.offset}`);
  const end = asked.last === null ? (extent.total === null ? null : extent.total - 1) : Math.min(asked.last, (extent.total ?? Number.POSITIVE_INFINITY) - 1);
  if (extent.total !== null && asked.first > extent.total) throw outside(asked.first, extent.total);
  if (end !== null && last !== null && last < end) throw new FileSourceError('truncated', `asked for bytes up to ${end}, the portal sends them up to ${last}`);
}

function isWrongTotal(extent: Extent, totalSize: number | null): boolean {
  return totalSize !== null && extent.total !== null && extent.total !== totalSize;
}

function sizeError(came: number, told: number): FileSourceError {
  if (came < told) return new FileSourceError('truncated', `the portal sends only ${came} of the ${told} bytes that the file has`);
  return new FileSourceError('corrupt', `the portal sends ${came} bytes for a file that has ${told}`);
}

/** Packed bytes cannot be counted or continued; a file that is stored packed announces its own size, and passes. */
function refusePacked(headers: Readonly<Record<string, string>>, totalSize: number | null): void {
  if (!isPacked(headers) || (totalSize !== null && headers['content-length'] === String(totalSize))) return;
  throw new FileSourceError('vendor-protocol', 'the portal packed the bytes although it was asked not to');
}
