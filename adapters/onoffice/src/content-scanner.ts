import { FileSourceError, GatheredBytes } from '@filesource/core';
import { protocolError } from './errors.ts';
import { openEscapeLength, unescapeJson } from './json-escapes.ts';

export interface ContentSink {
  /** A piece of a content as it stands in the JSON; false when it is not taken, and then it comes as `text`. */
  raw(index: number, piece: Buffer): boolean;
  /** A piece of the text of a content, without JSON's escapes; `index` counts the contents of the answer from 0. */
  text(index: number, piece: string): void;
  end(index: number): void;
}

interface Frame {
  readonly isObject: boolean;
  /** The name whose value is being read; `*` in an array. */
  name: string;
  expectsName: boolean;
}

/** Where a content is in an answer; `elements` may be an array with one object. */
const contentPaths: ReadonlySet<string> = new Set(['', '/*'].map((array) => `response/results/*/data/records/*/elements${array}/content`));
const mostDepth = 100;
const [quote, backslash, colon, comma] = [0x22, 0x5c, 0x3a, 0x2c];
const [openObject, closeObject, openArray, closeArray] = [0x7b, 0x7d, 0x5b, 0x5d];

/**
 * Takes the contents of files out of an answer while it comes, whatever the order of its members.
 * - What is left is `text`: the same JSON with the index of each content in its place. It still has to be parsed: only then is known that
 *   the whole was JSON.
 * - Throws `too-large` when more than `maxTextBytes` are left.
 */
export class ContentScanner {
  readonly #sink: ContentSink;
  readonly #maxTextBytes: number;
  readonly #stack: Frame[] = [];
  readonly #kept = new GatheredBytes();
  #state: 'between' | 'name' | 'value' | 'content' = 'between';
  #isEscaped = false;
  #name = '';
  #carry = '';
  #count = 0;

  constructor(sink: ContentSink, maxTextBytes: number) {
    this.#sink = sink;
    this.#maxTextBytes = maxTextBytes;
  }

  /** Contents that have begun. */
  get count(): number {
    return this.#count;
  }

  /** False as long as the answer cannot have ended. */
  get isComplete(): boolean {
    return this.#state === 'between' && this.#stack.length === 0;
  }

  write(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#state === 'content') at = this.#content(chunk, at);
      else {
        const from = at;
        while (at < chunk.length && !this.#isInContent()) at = this.#state === 'between' ? this.#between(chunk, at) : this.#string(chunk, at);
        this.#keep(chunk.subarray(from, at));
        if (this.#isInContent()) this.#keep(Buffer.from(String(this.#count - 1)));
      }
    }
  }

  /** Everything but the contents, as far as it has come. */
  text(): string {
    return this.#kept
      .whole()
      .toString('utf8')
      .replace(/^\uFEFF/, '');
  }

  /** The text so far, made whole: what stands before the content that is being read. */
  textBefore(): string {
    const closers = this.#stack.toReversed().map(({ isObject }) => (isObject ? '}' : ']'));
    return `${this.text()}"${closers.join('')}`;
  }

  #isInContent(): boolean {
    return this.#state === 'content';
  }

  #keep(bytes: Buffer): void {
    if (this.#kept.length + bytes.length > this.#maxTextBytes) throw new FileSourceError('too-large', `the answer has more than ${this.#maxTextBytes} bytes besides contents`);
    // A copy: a view would hold the whole chunk in memory.
    if (bytes.length > 0) this.#kept.add(Buffer.from(bytes));
  }

  #between(chunk: Buffer, at: number): number {
    const byte = chunk[at];
    const top = this.#stack.at(-1);
    if (byte === quote) this.#beginString(top);
    else if (byte === openObject || byte === openArray) this.#push(byte === openObject);
    else if (byte === closeObject || byte === closeArray) this.#stack.pop();
    else if (byte === comma && top?.isObject === true) top.expectsName = true;
    else if (byte === colon && top !== undefined) top.expectsName = false;
    return at + 1;
  }

  #push(isObject: boolean): void {
    if (this.#stack.length >= mostDepth) throw protocolError('its JSON nests too deep');
    this.#stack.push({ isObject, name: isObject ? '' : '*', expectsName: isObject });
  }

  #beginString(top: Frame | undefined): void {
    if (top?.expectsName === true) {
      this.#state = 'name';
      this.#name = '';
    } else if (top?.name === 'content' && contentPaths.has(this.#stack.map(({ name }) => name).join('/'))) {
      this.#state = 'content';
      this.#count += 1;
    } else this.#state = 'value';
  }

  #string(chunk: Buffer, start: number): number {
    let at = start;
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === backslash) this.#isEscaped = true;
      else if (byte === quote) break;
    }
    if (this.#state === 'name') this.#name += chunk.toString('latin1', start, at);
    if (at === chunk.length) return at;
    const top = this.#stack.at(-1);
    if (this.#state === 'name' && top !== undefined) top.name = unescapeJson(this.#name);
    this.#state = 'between';
    return at + 1;
  }

  #content(chunk: Buffer, start: number): number {
    const found = chunk.indexOf(quote, start);
    const end = found === -1 ? chunk.length : found;
    if (this.#carry === '' && this.#raw(chunk, start, end, found !== -1)) return found === -1 ? end : this.#endContent(chunk, end);
    const raw = this.#carry + chunk.toString('latin1', start, end);
    const open = openEscapeLength(raw);
    const index = this.#count - 1;
    if (found !== -1 && open === 1) {
      this.#carry = '';
      this.#sink.text(index, unescapeJson(`${raw}"`));
      return found + 1;
    }
    if (found === -1) {
      this.#carry = raw.slice(raw.length - open);
      this.#sink.text(index, unescapeJson(open === 0 ? raw : raw.slice(0, -open)));
      return end;
    }
    this.#carry = '';
    this.#sink.text(index, unescapeJson(raw));
    return this.#endContent(chunk, end);
  }

  /** What nearly all pieces are: made a text, they would take several times as long. An escape may be open at the end of the chunk. */
  #raw(chunk: Buffer, start: number, end: number, isLast: boolean): boolean {
    const isOpen = !isLast && chunk[end - 1] === backslash;
    if (!this.#sink.raw(this.#count - 1, chunk.subarray(start, isOpen ? end - 1 : end))) return false;
    if (isOpen) this.#carry = '\\';
    return true;
  }

  #endContent(chunk: Buffer, end: number): number {
    this.#sink.end(this.#count - 1);
    this.#state = 'between';
    // The closing quote is left for the text, where it closes the index.
    this.#keep(chunk.subarray(end, end + 1));
    return end + 1;
  }
}
