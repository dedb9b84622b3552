import { FileSourceError, type ByteRange } from '@filesource/core';
import parseRange from 'range-parser';

/** What a Range header asks for: a range that a source can open at once, or the last bytes, for which the size is needed. */
export type WantedRange = { readonly range: ByteRange } | { readonly last: number };

/**
 * The range that a request wants; nothing where all of it is to be sent.
 * - Several ranges at once, and other units than bytes, are answered with all of it, as RFC 9110 allows.
 * - Throws `invalid-argument` for what is no range.
 */
export function wantedRange(header: string | undefined): WantedRange | undefined {
  if (header === undefined || !/^\s*bytes\s*=/i.test(header) || header.includes(',')) return undefined;
  const last = /^\s*bytes\s*=\s*-\s*(\d+)\s*$/i.exec(header)?.[1];
  if (last !== undefined) return { last: Number(last) };
  const ranges = parseRange(Number.MAX_SAFE_INTEGER, header.trim());
  const [range] = typeof ranges === 'number' ? [] : ranges;
  if (range === undefined || !Number.isSafeInteger(range.start)) throw notARange();
  const isOpen = range.end === Number.MAX_SAFE_INTEGER - 1;
  return { range: { offset: range.start, ...(isOpen ? {} : { length: range.end - range.start + 1 }) } };
}

function notARange(): FileSourceError {
  return new FileSourceError('invalid-argument', 'the header Range is not one range of bytes', { advice: 'Write bytes=FIRST-LAST, bytes=FIRST- or bytes=-COUNT.' });
}

/** The last bytes of something whose size is known; nothing where there is none of them. */
export function lastBytes(count: number, size: number): ByteRange | undefined {
  return count === 0 || size === 0 ? undefined : { offset: Math.max(0, size - count) };
}
