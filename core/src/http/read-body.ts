import { finished, type Readable } from 'node:stream';
import { FileSourceError } from '../errors/file-source-error.ts';
import { toFileSourceError } from '../errors/to-file-source-error.ts';
import { GatheredBytes } from '../streams/gathered-bytes.ts';
import { isDeeperThan, nestsDeeperThan, opensMoreThan } from './json-depth.ts';
import { textOf } from './text-of.ts';

/** Far deeper than any vendor's answer, far shallower than any stack. */
const mostDepth = 100;
/** The parser needs some 50 bytes for each bracket that is open; texts that may have more of them are looked at before. */
const mostOpen = 250_000;

/**
 * A whole body, for answers that have to be read as one.
 * - Throws `too-large` past `maxBytes`, and closes the connection.
 */
export async function readBody(body: Readable, maxBytes: number): Promise<Buffer> {
  const chunks = new GatheredBytes();
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      body.destroy();
      reject(toFileSourceError(error));
    };
    finished(body, { writable: false }, (error) => {
      if (error !== undefined && error !== null) fail(error);
      else resolve(chunks.whole());
    });
    body.on('data', (chunk: Buffer) => {
      if (chunks.length + chunk.length > maxBytes) fail(new FileSourceError('too-large', `the answer has more than ${maxBytes} bytes`));
      else chunks.add(chunk);
    });
  });
}

/**
 * A body as JSON.
 * - Throws `vendor-protocol` (temporary: a proxy's error page passes) for anything that is not JSON, and says what it looked like.
 * - Throws `vendor-protocol` for JSON that nests more than 100 deep.
 */
export async function readJson(body: Readable, maxBytes: number): Promise<unknown> {
  const text = textOf(await readBody(body, maxBytes));
  return parseJson(text);
}

/**
 * A text as JSON, with or without a byte order mark.
 * - Throws `vendor-protocol` for what is no JSON (temporary), and for what nests more than 100 deep; where parsing that would take much memory,
 *   it is not even parsed.
 * - `isPicked`: only members that are known are read of it, as a schema or a reader does; then what else is in there may nest as it likes, and is not looked
 *   through, which would take a tenth of the time to parse it. Default: false.
 */
export function parseJson(text: string, { isPicked = false }: { readonly isPicked?: boolean } = {}): unknown {
  if (opensMoreThan(text, mostOpen) && isDeeperThan(text, mostDepth)) throw tooDeep();
  const value = parsed(text);
  if (!isPicked && nestsDeeperThan(value, mostDepth)) throw tooDeep();
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    // The parser's own message quotes the text, which may hold anything.
    throw isDeeperThan(text, mostDepth) ? tooDeep() : new FileSourceError('vendor-protocol', `expected JSON, got ${lookOf(text)}`, { status: 'temporary' });
  }
}

function tooDeep(): FileSourceError {
  return new FileSourceError('vendor-protocol', `the JSON of the answer nests more than ${mostDepth} deep`, { advice: 'Check that the address of the source leads to the vendor.' });
}

/** What a body looks like, without quoting it: it may hold anything. */
export function lookOf(text: string): string {
  const start = text.trimStart();
  if (start === '') return 'an empty body';
  if (/^<(!doctype html|html|head|body)/i.test(start)) return 'an HTML page';
  if (start.startsWith('<')) return 'markup';
  if (isDeeperThan(text, mostDepth)) return `JSON that nests more than ${mostDepth} deep`;
  if (start.startsWith('{') || start.startsWith('[')) return `broken JSON of ${text.length} characters`;
  return `text of ${text.length} characters`;
}
