import { FileSourceError } from '@filesource/core';

/**
 * Base64 that comes in pieces, as bytes.
 * - Throws `corrupt` (temporary) for what is not base64: other characters, a group that is not whole, padding anywhere but at the end.
 * - White space does not count.
 */
export class Base64Decoder {
  /** The start of a group of four. */
  #begun = '';
  #padding = '';

  write(text: string): Buffer {
    return this.#writePlain(text) ?? this.#writeAny(text);
  }

  /** The last bytes; throws when something is missing. */
  end(): Buffer {
    const last = this.#begun + this.#padding;
    if (last.length !== 0 && last.length !== 4) throw notBase64();
    return decode(last, last === '' ? 0 : 3 - this.#padding.length);
  }

  /** Nearly all pieces hold nothing but digits, and looking for anything else would take as long as reading them. */
  #writePlain(text: string): Buffer | undefined {
    if (this.#padding !== '' || text.includes('=')) return undefined;
    const all = this.#begun + text;
    const whole = all.length - (all.length % 4);
    const bytes = Buffer.from(whole === all.length ? all : all.slice(0, whole), 'base64');
    const begun = all.slice(whole);
    // Too few bytes: there was something else. White space in the group that is begun would show later only.
    if (bytes.length !== (whole / 4) * 3 || /\s/.test(begun)) return undefined;
    this.#begun = begun;
    return bytes;
  }

  #writeAny(text: string): Buffer {
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
