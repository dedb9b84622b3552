import { FileSourceError, GatheredBytes, toFileSourceError } from '@filesource/core';
import type { Readable } from 'node:stream';
import { Base64Decoder } from './base64-decoder.ts';
import { ContentScanner } from './content-scanner.ts';

/** What one content of an answer came to. */
export type DecodedContent = { readonly bytes: Buffer } | { readonly error: FileSourceError };

/** An answer without its contents, as JSON text, and the contents by the index that stands in their place. */
export interface ReadContents {
  readonly text: string;
  readonly contents: readonly DecodedContent[];
}

/**
 * A whole answer with the contents of files, decoded while it comes.
 * - Throws `too-large` past `maxBytes`, and closes the connection. What is wrong with one content is told by that content.
 */
export async function readContents(body: Readable, maxBytes: number): Promise<ReadContents> {
  const collectors: Collector[] = [];
  const scanner = new ContentScanner(
    {
      raw: (index, piece) => (collectors[index] ??= new Collector()).take((decoder) => decoder.writeRaw(piece)),
      text: (index, piece) => void (collectors[index] ??= new Collector()).take((decoder) => decoder.write(piece)),
      end: (index) => void collectors[index]?.take((decoder) => decoder.end()),
    },
    maxBytes,
  );
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw new FileSourceError('too-large', `the answer has more than ${maxBytes} bytes`);
      scanner.write(chunk);
    }
  } catch (error) {
    body.destroy();
    throw toFileSourceError(error);
  }
  return { text: scanner.text(), contents: collectors.map((collector) => collector.content()) };
}

class Collector {
  readonly #decoder = new Base64Decoder();
  readonly #pieces = new GatheredBytes();
  #error: FileSourceError | undefined;

  /** False when nothing was decoded, as after an error. */
  take(decode: (decoder: Base64Decoder) => Buffer | undefined): boolean {
    if (this.#error !== undefined) return false;
    try {
      const bytes = decode(this.#decoder);
      if (bytes === undefined) return false;
      this.#pieces.add(bytes);
    } catch (error) {
      this.#error = toFileSourceError(error);
      return false;
    }
    return true;
  }

  content(): DecodedContent {
    return this.#error === undefined ? { bytes: this.#pieces.whole() } : { error: this.#error };
  }
}
