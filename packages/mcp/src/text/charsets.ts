import { FileSourceError } from '@filesource/core';

/** A charset in which a text tells how many bytes it took, so that reading can go on behind it. */
export interface Charset {
  readonly name: string;
  /** Throws what `TextDecoder` throws for bytes that are none of this charset. */
  decode(bytes: Uint8Array): string;
  bytesOf(text: string): number;
}

export const utf8: Charset = { name: 'utf-8', decode: decoderOf('utf-8'), bytesOf: (text) => Buffer.byteLength(text) };

/** 0x80 to 0x9F; Node 20 decodes them as controls. */
const windows1252High = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ';

/** What is left where nothing else fits: every byte is a character of it. */
export const windows1252: Charset = {
  name: 'windows-1252',
  decode: (bytes) => Buffer.from(bytes).toString('latin1').replace(/[\u0080-\u009F]/g, (found) => windows1252High.charAt(found.charCodeAt(0) - 0x80)),
  bytesOf: (text) => text.length,
};

const singleByte = /^(?:windows-(?:874|125\d)|iso-8859-\d+i?|koi8-[ru]|macintosh|ibm866|x-mac-cyrillic)$/;

/** A charset by any of its names; `undefined` for one that text cannot be cut in. */
export function charsetNamed(label: string): Charset | undefined {
  let name: string;
  try {
    name = new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
  if (name === 'utf-8') return utf8;
  if (name === 'windows-1252') return windows1252;
  if (name === 'utf-16le' || name === 'utf-16be') return { name, decode: decoderOf(name), bytesOf: (text) => text.length * 2 };
  return singleByte.test(name) ? { name, decode: decoderOf(name), bytesOf: (text) => text.length } : undefined;
}

/** As {@link charsetNamed}, for one that a caller names; throws `unsupported`. */
export function needCharset(label: string): Charset {
  const charset = charsetNamed(label);
  if (charset !== undefined) return charset;
  throw new FileSourceError('unsupported', `the charset ${JSON.stringify(label)} cannot be read`, { advice: 'Leave it out, or name utf-8, utf-16le, utf-16be, an iso-8859 or a windows-125x charset.' });
}

function decoderOf(name: string): (bytes: Uint8Array) => string {
  return (bytes) => new TextDecoder(name, { fatal: true, ignoreBOM: true }).decode(bytes);
}
