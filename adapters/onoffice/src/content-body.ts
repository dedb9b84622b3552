import { FileSourceError, toFileSourceError } from '@filesource/core';
import { Readable } from 'node:stream';
import { Base64Decoder } from './base64-decoder.ts';
import { ContentScanner } from './content-scanner.ts';
import { protocolError } from './errors.ts';

export interface ContentBodyOptions {
  /** Longest answer and longest file, in bytes. */
  readonly maxBytes: number;
  readonly maxContentBytes: number;
  /** What came before the content, made whole; called when bytes can be given before the answer has ended. */
  readonly onContent: (text: string) => void;
  /** Looks at the answer without its content and at the number of bytes that came; throws when they are not what was asked for. */
  readonly check: (text: string, bytes: number | null) => void;
}

/** How far an answer has come: to its end, or into a content; `text` is what came besides, made whole. */
export interface ContentStart {
  readonly hasContent: boolean;
  readonly text: string;
}

/** So much is held back until the answer has ended well: a file this small is known to be right before anybody sees a byte of it. */
const heldBytes = 256 * 1024;
const maxTextBytes = 2 * 1024 * 1024;

/**
 * The one content of an answer, decoded while that comes.
 * - The last bytes are given only after all of the answer was checked.
 * - An answer that breaks off fails as it came (temporary: what was given is right so far, and can be continued). One that turns out wrong
 *   after bytes were given fails for good, since those bytes may be wrong as well.
 * - Destroying it closes the connection.
 */
export class ContentBody extends Readable {
  /** Settles as soon as bytes can be given, or the answer has ended. */
  readonly started: Promise<ContentStart>;
  readonly #source: Readable;
  readonly #options: ContentBodyOptions;
  readonly #decoder = new Base64Decoder();
  readonly #scanner: ContentScanner;
  #held: Buffer[] = [];
  /** So many of the first of them were given already: to shift each out of a long list would take longer than all else. */
  #given = 0;
  #heldBytes = 0;
  #answerBytes = 0;
  #bytes = 0;
  #textBefore = '';
  #hasStarted = false;
  #start: (start: ContentStart) => void = () => undefined;
  #failStart: (error: FileSourceError) => void = () => undefined;

  constructor(source: Readable, options: ContentBodyOptions) {
    super({ highWaterMark: heldBytes });
    this.#source = source;
    this.#options = options;
    this.started = new Promise((resolve, reject) => {
      this.#start = resolve;
      this.#failStart = reject;
    });
    this.started.catch(() => undefined);
    // A body that is given up before anybody reads it must not end the process; whoever reads it gets the error all the same.
    this.on('error', () => undefined);
    this.#scanner = new ContentScanner(
      {
        raw: (index, piece) => this.#decode(index, () => this.#decoder.writeRaw(piece)),
        text: (index, piece) => void this.#decode(index, () => this.#decoder.write(piece)),
        end: (index) => void this.#decode(index, () => this.#decoder.end()),
      },
      maxTextBytes,
    );
    source.on('data', (chunk: Buffer) => this.#try(() => this.#take(chunk)));
    source.once('end', () => this.#try(() => this.#ended()));
    source.once('error', (error: unknown) => this.destroy(toFileSourceError(error)));
    source.once('close', () => {
      if (!source.readableEnded) this.destroy(new FileSourceError('truncated', 'the connection was closed before the end'));
    });
  }

  override _read(): void {
    this.#source.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#held = [];
    this.#source.on('error', () => undefined);
    this.#source.destroy();
    this.#failStart(toFileSourceError(error ?? new FileSourceError('aborted', 'nobody wants the content any more')));
    done(error);
  }

  #take(chunk: Buffer): void {
    this.#answerBytes += chunk.length;
    if (this.#answerBytes > this.#options.maxBytes) {
      throw this.#hasStarted ? protocolError('it is longer than such a file can make it') : new FileSourceError('too-large', `the answer has more than ${this.#options.maxBytes} bytes`);
    }
    this.#scanner.write(chunk);
    if (this.#heldBytes <= heldBytes) return;
    if (!this.#hasStarted) {
      this.#options.onContent(this.#textBefore);
      this.#begin({ hasContent: true, text: this.#textBefore });
    }
    this.#give(heldBytes);
  }

  /** False when nothing was decoded. */
  #decode(index: number, decode: () => Buffer | undefined): boolean {
    if (index > 0) throw protocolError('it holds more than one content');
    if (this.#textBefore === '') this.#textBefore = this.#scanner.textBefore();
    const bytes = decode();
    if (bytes === undefined) return false;
    this.#bytes += bytes.length;
    if (this.#bytes > this.#options.maxContentBytes) throw new FileSourceError('too-large', `the file has more than ${this.#options.maxContentBytes} bytes`, { advice: 'Raise maxContentBytes of the source.' });
    if (bytes.length > 0) this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    return true;
  }

  #ended(): void {
    if (this.#hasStarted && !this.#scanner.isComplete) throw new FileSourceError('truncated', 'the answer of onOffice ends before its end');
    const hasContent = this.#scanner.count > 0;
    const text = this.#scanner.text();
    this.#options.check(text, hasContent ? this.#bytes : null);
    this.#begin({ hasContent, text });
    this.#give(0);
    this.push(null);
  }

  #begin(start: ContentStart): void {
    this.#hasStarted = true;
    this.#start(start);
  }

  /** Gives what is held, up to the last `keep` bytes or a little more. */
  #give(keep: number): void {
    let goesOn = true;
    for (let first = this.#held[this.#given]; first !== undefined && this.#heldBytes - first.length >= keep; first = this.#held[this.#given]) {
      this.#given += 1;
      this.#heldBytes -= first.length;
      goesOn = this.push(first);
    }
    if (this.#given * 2 >= this.#held.length) {
      this.#held.splice(0, this.#given);
      this.#given = 0;
    }
    if (!goesOn) this.#source.pause();
  }

  #try(step: () => void): void {
    if (this.destroyed) return;
    try {
      step();
    } catch (thrown) {
      const error = toFileSourceError(thrown);
      this.destroy(this.#hasStarted && !isIncomplete(error) ? error.with({ status: 'persistent' }, true) : error);
    }
  }
}

/** What came is the beginning of what was asked for. */
function isIncomplete(error: FileSourceError): boolean {
  return FileSourceError.is(error, 'truncated');
}
