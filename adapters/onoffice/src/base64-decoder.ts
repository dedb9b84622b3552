import { FileSourceError } from '@filesource/core';
import { decodeDigits } from './decode-digits.ts';

const equals = 0x3d;

/**
 * Base64 that comes in pieces, as bytes.
 * - Throws `corrupt` (temporary) for what is not base64: other characters, a group that is not whole, padding anywhere but at the end.
 * - White space does not count.
 */
export class Base64Decoder {
  /** The start of a group of four. */
  #begun = '';
  #padding = '';

  /** A piece as it stands in a JSON string; `undefined`, and nothing is taken, where there is more to it than digits and padding: then its text has to be written. */
  writeRaw(raw: Buffer): Buffer | undefined {
    if (this.#padding !== '') return undefined;
    const padding = paddingOf(raw);
    const decoded = decodeDigits(this.#begun, raw.subarray(0, raw.length - padding));
    if (decoded === undefined) return undefined;
    this.#begun = decoded.begun;
    this.#padding = '='.repeat(padding);
    return decoded.bytes;
  }

  write(text: string): Buffer {
    let rest = text.replace(/\s+/g, '');
    const mark = rest.indexOf('=');
    if (mark !== -1 || (this.#padding !== '' && rest !== '')) {
      if (mark === -1 || (this.#padding !== '' && mark > 0)) throw notBase64();
      this.#padding += rest.slice(mark);
      if (!/^={1,2}$/.test(this.#padding)) throw notBase64();
      rest = rest.slice(0, mark);
    }
    const all = this.#begun + rest;
    const whole = all.length - (all.length % 4);
    this.#begun = all.slice(whole);
    return decode(whole === all.length ? all : all.slice(0, whole), (whole / 4) * 3);
  }

  /** The last bytes; throws when something is missing. */
  end(): Buffer {
    const last = this.#begun + this.#padding;
    if (last.length !== 0 && last.length !== 4) throw notBase64();
    return decode(last, last === '' ? 0 : 3 - this.#padding.length);
  }
}

/** How many signs at the end are padding: two at most. */
function paddingOf(raw: Buffer): number {
  if (raw.at(-1) !== equals) return 0;
  return raw.at(-2) === equals ? 2 : 1;
}

/** Node leaves out what is no base64, so that too few bytes come. */
function decode(text: string, size: number): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== size) throw notBase64();
  return bytes;
}

function notBase64(): FileSourceError {
  return new FileSourceError('corrupt', 'the content in the answer of onOffice is not base64', { status: 'temporary' });
}
