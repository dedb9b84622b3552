import { FileSourceError } from '@filesource/core';

type Headers = Readonly<Record<string, string>>;

/** The file name that `Content-Disposition` gives; `null` for none. A plain one may hold a percent sign or be percent-encoded: it stays as it is where `expects` knows it. */
export function fileNameOf(headers: Headers, expects: (name: string) => boolean): string | null {
  const header = headers['content-disposition'] ?? '';
  const extended = /filename\*\s*=\s*UTF-8''([^;\s]+)/i.exec(header)?.[1];
  const simple = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]+))/i.exec(header);
  const raw = extended ?? (simple?.[1]?.replace(/\\(.)/g, '$1') ?? simple?.[2])?.trim();
  if (raw === undefined || raw === '') return null;
  if (extended === undefined && expects(raw)) return raw;
  const encodedWord = /^=\?utf-8\?B\?([A-Za-z0-9+/=]+)\?=$/i.exec(raw)?.[1];
  if (encodedWord !== undefined) return Buffer.from(encodedWord, 'base64').toString('utf8');
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

export function isAttachment(headers: Headers): boolean {
  return /^\s*attachment\b/i.test(headers['content-disposition'] ?? '');
}

export function mediaTypeIn(headers: Headers): string | null {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  return type === undefined || type === '' ? null : type;
}

/** Bytes that the body announces; `null` where it announces none, or counts them packed. */
export function announcedLength(headers: Headers): number | null {
  const length = headers['content-length'];
  if (length === undefined || !/^\d{1,15}$/.test(length) || isPacked(headers)) return null;
  return Number(length);
}

export function isPacked(headers: Headers): boolean {
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  return encoding !== '' && encoding !== 'identity';
}

/** What of the whole a body holds. */
export interface Extent {
  readonly offset: number;
  readonly size: number | null;
  readonly total: number | null;
}

/** Reads 200 and 206; a part that does not say clearly which part it is would put wrong bytes in the right place. */
export function extentOf(status: number, headers: Headers): Extent {
  const length = announcedLength(headers);
  if (status !== 206) return { offset: 0, size: length, total: length };
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec((headers['content-range'] ?? '').trim());
  if (match === null) throw new FileSourceError('vendor-protocol', 'the portal sent a part of the file without telling which');
  const [first, last] = [Number(match[1]), Number(match[2])];
  const total = match[3] === '*' ? null : Number(match[3]);
  if (last < first || (total !== null && last >= total) || (length !== null && length !== last - first + 1)) {
    throw new FileSourceError('vendor-protocol', 'the portal contradicts itself about which part of the file it sent');
  }
  return { offset: first, size: last - first + 1, total };
}
