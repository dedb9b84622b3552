import { createHash } from 'node:crypto';
import contentDisposition from 'content-disposition';

/**
 * A name as a Content-Disposition header that makes a browser save it, RFC 6266.
 * - Only what follows the last slash counts, and no characters that turn or break a line: the name is the vendor's.
 */
export function attachment(name: string | null, fallback: string): string {
  const plain = (name ?? '')
    .replace(/^.*[/\\]/s, '')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '')
    .trim();
  const safe = plain === '' || /^\.+$/.test(plain) ? fallback : plain;
  const short = Array.from(safe).slice(0, 200).join('');
  // In ASCII for old clients; whenever that says less, the whole name goes into filename*. Wide characters become plain slashes and dots.
  const ascii = short.normalize('NFKD').replace(/\p{M}/gu, '').replace(/[^\x20-\x7e]|[/\\]/g, '_').trim();
  return contentDisposition(short, { fallback: ascii === '' || /^\.+$/.test(ascii) ? fallback : ascii });
}

/** A validator of a vendor as a strong ETag; the vendor's own text may hold anything. */
export function etagOf(validator: string | null): string | undefined {
  return validator === null ? undefined : `"${createHash('sha256').update(validator).digest('base64url').slice(0, 27)}"`;
}

/** Whether `If-Range` lets a range be sent: the header is missing, or names what is there now. A date never does, since none is sent. */
export function mayResume(ifRange: string | undefined, etag: string | undefined): boolean {
  return ifRange === undefined || (etag !== undefined && ifRange.trim() === etag);
}

/** Of every answer that carries a vendor's bytes: nothing in it is ever run, framed or guessed at. */
export const inertHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
};
