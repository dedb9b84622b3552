import type { Readable } from 'node:stream';
import { extended, FileSourceError, type ByteRange, type Content, type HttpRequest, type HttpResponse, type Ports } from '@filesource/core';
import { answerFacts } from './exchange.ts';
import type { FileRecord } from './entries.ts';
import { linkStatusError, protocolError } from './errors.ts';
import { validatorIn } from './link-validator.ts';
import { fileUrlOf, type LinkHosts } from './links.ts';
import { peek } from './peek.ts';

const peekBytes = 64 * 1024;
const maxRedirects = 5;
/** What a link that ran out may answer; it may as well answer 200 with a page. */
const deadStatuses: ReadonlySet<number> = new Set([400, 401, 403, 404, 410]);
const htmlStart = /^\uFEFF?\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*<(!doctype html|html|head|body|title|meta|h1|h2|p|div|script|center)\b/i;

/** What the requests for files of one source have in common. */
export type LinkRequest = Omit<HttpRequest, 'url' | 'headers' | 'signal'>;

export interface LinkOptions {
  readonly request: LinkRequest;
  readonly range: ByteRange | undefined;
  readonly signal: AbortSignal | undefined;
}

export function linkRequest(hosts: LinkHosts): LinkRequest {
  return { method: 'GET', isDownload: true, maxRedirects, ...hosts };
}

/**
 * The file behind its link.
 * - Throws `link-expired` for a link that is dead, also when it answers with a page in place of the file.
 */
export async function openLink(ports: Pick<Ports, 'http' | 'clock'>, record: FileRecord, options: LinkOptions): Promise<Content> {
  const response = await ports.http.send(requestFor(record, options));
  try {
    refusePacked(response, record);
    if (response.status === 200) return listedContent(response, record) ?? (await judgedContent(response, record));
    if (response.status === 206) return partContent(response, record, options);
    if (response.status === 416) throw new FileSourceError('range-not-satisfiable', 'the file server has no such range of the file', { httpStatus: 416 });
    if (deadStatuses.has(response.status)) throw expired(`answers with HTTP status ${response.status}`, response.status);
    throw linkStatusError(answerFacts(response, ports.clock.now()));
  } catch (error) {
    response.body.destroy();
    throw error;
  }
}

function requestFor({ url }: FileRecord, { request, range, signal }: LinkOptions): HttpRequest {
  const headers = { 'accept-encoding': 'identity', ...(asksForPart(range) ? { range: rangeHeader(range) } : {}) };
  return extended(request, { url: fileUrlOf(url), headers, ...(signal === undefined ? {} : { signal }) });
}

function asksForPart(range: ByteRange | undefined): range is ByteRange {
  return range !== undefined && range.length !== 0;
}

function rangeHeader({ offset, length }: ByteRange): string {
  return `bytes=${offset}-${length === undefined ? '' : offset + length - 1}`;
}

/** The length that the listing tells settles what the answer is. */
function listedContent(response: HttpResponse, { entry }: FileRecord): Content | undefined {
  const announced = contentLength(response);
  return announced !== null && announced === entry.size ? wholeOf(entry, response, response.body, announced) : undefined;
}

/** Where the length does not settle it, the start of the body has to. */
async function judgedContent(response: HttpResponse, { entry }: FileRecord): Promise<Content> {
  const announced = contentLength(response);
  const look = await peek(response.body, peekBytes);
  const length = look.length ?? announced;
  const size = entry.size ?? length;
  if (length === null || length !== entry.size) {
    if (isPage(response, look.start, look.length !== null, entry.mediaType, length !== null && entry.size !== null)) throw expired('answers with a page in place of the file', 200);
    if (length !== null && entry.size !== null) throw wrongLength(length, entry.size);
  }
  return wholeOf(entry, response, look.body, size);
}

function wholeOf({ mediaType, name }: FileRecord['entry'], response: HttpResponse, body: Readable, size: number | null): Content {
  return { body, size, totalSize: size, offset: 0, mediaType, name, validator: validatorIn(response) };
}

/** Whether this is a page of the vendor and not the file. PHP says `text/html` of anything, so the type alone proves nothing; it says JSON only of JSON. */
function isPage(response: HttpResponse, start: Buffer, isWhole: boolean, mediaType: string | null, hasWrongLength: boolean): boolean {
  const isAttachment = /^attachment\b/i.test(response.headers['content-disposition'] ?? '');
  if (/^application\/(problem\+)?json\b/i.test(response.headers['content-type'] ?? '') && !isAttachment && mediaType !== null && !/\bjson$/.test(mediaType)) return true;
  const isHtmlType = /^(text\/html|application\/xhtml\+xml)\b/i.test(response.headers['content-type'] ?? '');
  const looksLikeHtml = htmlStart.test(start.subarray(0, 4096).toString('latin1').replace(/^\xEF\xBB\xBF/, ''));
  if (!looksLikeHtml && !(isHtmlType && isWhole)) return false;
  if (hasWrongLength) return true;
  const mayBeHtml = mediaType === null || mediaType.startsWith('text/') || mediaType === 'application/xhtml+xml';
  // Here the length of the file, or that of the answer, is not known.
  return !(isAttachment || (mayBeHtml && !isWhole));
}

function partContent(response: HttpResponse, { entry }: FileRecord, { range }: LinkOptions): Content {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec((response.headers['content-range'] ?? '').trim());
  const [first, last, total] = [Number(match?.[1]), Number(match?.[2]), match?.[3]];
  if (match === null || last < first) throw protocolError('a part of the file comes without saying which');
  const totalSize = total === undefined || total === '*' ? entry.size : Number(total);
  if (totalSize !== null && entry.size !== null && totalSize !== entry.size) throw wrongLength(totalSize, entry.size);
  if (!asksForPart(range) && (first > 0 || last + 1 !== totalSize)) throw protocolError('a part of the file comes in place of the whole');
  return { body: response.body, offset: first, size: last - first + 1, totalSize, mediaType: entry.mediaType, name: entry.name, validator: validatorIn(response) };
}

/** What is still packed here is packed in a way that nobody asked for; a file that is stored so announces its own size, and passes. */
function refusePacked(response: HttpResponse, { entry }: FileRecord): void {
  if (response.status !== 200 || !isPacked(response) || (entry.size !== null && response.headers['content-length'] === String(entry.size))) return;
  throw protocolError('the file comes packed although that was not asked for');
}

/** Scripts also send words there that pack nothing, such as `none` and `UTF-8`, and stores their `aws-chunked`. */
function isPacked({ headers }: HttpResponse): boolean {
  return /gzip|compress|deflate|zstd|exi|aes128gcm|\b(br|dcb|dcz)\b/i.test(headers['content-encoding'] ?? '');
}

function contentLength(response: HttpResponse): number | null {
  const header = response.headers['content-length'] ?? '';
  return !isPacked(response) && /^\d{1,15}$/.test(header) ? Number(header) : null;
}

function wrongLength(length: number, size: number): FileSourceError {
  const message = `the link gives a file of ${length} bytes, the listing says ${size}`;
  return length < size ? new FileSourceError('truncated', message) : new FileSourceError('conflict', message, { status: 'temporary', advice: 'The file may have been changed just now; try again.' });
}

function expired(what: string, httpStatus: number): FileSourceError {
  return new FileSourceError('link-expired', `the link to the file ${what}`, { httpStatus, advice: 'A fresh link was asked for and is dead too; look at the file in onOffice.' });
}
