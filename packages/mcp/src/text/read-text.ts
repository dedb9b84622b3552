import { FileSourceError, formatRef, mediaTypeOf, type Content, type FileRef, type FileSource } from '@filesource/core';
import { decodeText } from './decode-text.ts';
import { readWindow } from './read-window.ts';
import { charsetOf, textTypeOf } from './text-type.ts';

export interface ReadTextOptions {
  /** Bytes to start behind; default 0. */
  readonly offset: number;
  readonly maxChars: number;
  readonly charset?: string;
  readonly signal: AbortSignal;
}

/** A part of a text file. */
export interface TextPart {
  readonly name: string | null;
  readonly mediaType: string | null;
  readonly charset: string;
  /** Where the text starts, in bytes. */
  readonly offset: number;
  readonly text: string;
  /** Where it goes on, in bytes; `null` at the end. */
  readonly nextOffset: number | null;
  readonly totalBytes: number | null;
}

/** No charset takes more for a unit of a JavaScript text. */
const mostBytesOfUnit = 3;

/**
 * The text of a file, or of a part of it.
 * - Throws `unsupported` for a file that is no text, and says what it is. A file whose media type tells is not fetched.
 */
export async function readText(source: FileSource, ref: FileRef, options: ReadTextOptions): Promise<TextPart> {
  const { offset, maxChars, signal } = options;
  const window = maxChars * mostBytesOfUnit + 4;
  await refuseBeforeFetching(source, ref, signal);
  const content = await source.open(ref, { signal, ...(offset === 0 ? {} : { range: { offset, length: window + 1 } }) });
  const mediaType = typeOf(content);
  if (textTypeOf(mediaType) === 'binary') {
    content.body.destroy();
    throw notText(source, ref, { ...content, mediaType });
  }
  const { bytes, isEnd } = await readWindow(content.body, window);
  const declared = charsetOf(mediaType);
  const decoded = decodeText(bytes, { isStart: offset === 0, isEnd, ...(options.charset === undefined ? {} : { charset: options.charset }), ...(declared === undefined ? {} : { declared }) });
  if (decoded === undefined) throw notText(source, ref, { ...content, mediaType });
  const { charset, skipped } = decoded;
  const text = cut(decoded.text, maxChars);
  const next = offset + skipped + charset.bytesOf(text);
  const isWhole = isEnd && text.length === decoded.text.length;
  return { name: content.name, mediaType, charset: charset.name, offset: offset + skipped, text, nextOffset: isWhole ? null : next, totalBytes: content.totalSize };
}

/** A source that holds whole files in memory is not asked for one that is no text. */
async function refuseBeforeFetching(source: FileSource, ref: FileRef, signal: AbortSignal): Promise<void> {
  const { openInMemory, stat } = source.capabilities;
  if (!openInMemory || stat.support === 'unsupported') return;
  const entry = await source.stat(ref, { signal });
  if (entry.kind !== 'file') return;
  const facts = { name: entry.name, mediaType: entry.mediaType ?? mediaTypeOf(entry.name), totalSize: entry.size };
  if (textTypeOf(facts.mediaType) === 'binary') throw notText(source, ref, facts);
}

/** The vendor's word, else what the ending of the name says. */
export function typeOf({ mediaType, name }: Pick<Content, 'mediaType' | 'name'>): string | null {
  const guessed = name === null ? null : mediaTypeOf(name);
  return textTypeOf(mediaType) === 'unknown' ? (guessed ?? mediaType) : mediaType;
}

function notText(source: FileSource, ref: FileRef, { mediaType, totalSize }: Pick<Content, 'mediaType' | 'totalSize'>): FileSourceError {
  const size = totalSize === null ? '' : `, ${totalSize} bytes`;
  return new FileSourceError('unsupported', `this file is no text: ${mediaType ?? 'of an unknown type'}${size}`, {
    source: source.name,
    ref: formatRef(source.name, ref),
    advice: 'Read it as a resource while it is small; a server that may write can fetch it with fetch_file.',
  });
}

/** No half of a character at the end. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const code = text.charCodeAt(most - 1);
  const isHalf = code >= 0xd800 && code < 0xdc00;
  return text.slice(0, isHalf && most > 1 ? most - 1 : isHalf ? 2 : most);
}
