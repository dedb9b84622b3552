import { FileSourceError } from '@filesource/core';
import { charsetNamed, needCharset, utf8, windows1252, type Charset } from './charsets.ts';
import { looksBinary } from './text-type.ts';

export interface DecodeOptions {
  /** By the caller's word; default: found out. */
  readonly charset?: string;
  /** By the vendor's word. */
  readonly declared?: string;
  /** The bytes start where the file starts: there may be a byte order mark. */
  readonly isStart: boolean;
  /** The bytes end where the file ends: a character that is cut there is broken. */
  readonly isEnd: boolean;
}

export interface DecodedText {
  readonly text: string;
  readonly charset: Charset;
  /** Bytes before the text: a byte order mark, or the rest of a character. */
  readonly skipped: number;
}

const marks: readonly (readonly [bytes: readonly number[], charset: string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/**
 * Bytes of a file as text, or `undefined` for bytes that are none.
 * - The caller's charset, else the one of a byte order mark, else UTF-8 where that fits, else the vendor's, else windows-1252.
 * - Throws `invalid-argument` when the caller's charset does not fit.
 */
export function decodeText(bytes: Uint8Array, options: DecodeOptions): DecodedText | undefined {
  const mark = options.isStart ? marks.find(([start]) => start.every((byte, index) => bytes[index] === byte)) : undefined;
  const named = options.charset === undefined ? undefined : needCharset(options.charset);
  const certain = named ?? (mark === undefined ? undefined : charsetNamed(mark[1]));
  const body = bytes.subarray(mark !== undefined && (certain === undefined || certain.name === mark[1]) ? mark[0].length : 0);
  const before = bytes.length - body.length;
  const tryAs = (charset: Charset): DecodedText | undefined => {
    const found = decodeAs(charset, body, options.isEnd);
    return found === undefined || looksBinaryIn(charset, body) ? undefined : { ...found, skipped: found.skipped + before };
  };
  if (certain !== undefined) {
    const found = tryAs(certain);
    if (found === undefined && named !== undefined && !looksBinary(body)) {
      throw new FileSourceError('invalid-argument', `the text is not ${named.name}`, { advice: 'Leave charset out, so that it is found out.' });
    }
    return found;
  }
  const declared = options.declared === undefined ? undefined : charsetNamed(options.declared);
  return tryAs(utf8) ?? (declared === undefined || declared === utf8 ? undefined : tryAs(declared)) ?? tryAs(windows1252);
}

function decodeAs(charset: Charset, bytes: Uint8Array, isEnd: boolean): DecodedText | undefined {
  const skipped = charset === utf8 ? bytes.subarray(0, 3).findIndex((byte) => (byte & 0xc0) !== 0x80) : 0;
  const start = Math.max(0, skipped);
  const end = isEnd ? bytes.length : lastBoundary(charset, bytes);
  try {
    return { text: charset.decode(bytes.subarray(start, Math.max(start, end))), charset, skipped: start };
  } catch {
    return undefined;
  }
}

/** Where the last whole character ends. */
function lastBoundary(charset: Charset, bytes: Uint8Array): number {
  const { length } = bytes;
  if (charset.name.startsWith('utf-16')) {
    const even = length - (length % 2);
    const high = bytes[charset.name === 'utf-16le' ? even - 1 : even - 2] ?? 0;
    return (high & 0xfc) === 0xd8 ? even - 2 : even;
  }
  if (charset !== utf8) return length;
  for (let back = 1; back <= Math.min(4, length); back += 1) {
    const byte = bytes[length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? length - back : length;
  }
  return length;
}

/** Every second byte of UTF-16 is NUL in most texts. */
function looksBinaryIn(charset: Charset, bytes: Uint8Array): boolean {
  return !charset.name.startsWith('utf-16') && looksBinary(bytes);
}
