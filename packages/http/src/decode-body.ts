import { pipeline, type Duplex, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** What is asked for, unless the request says otherwise or wants a range: a part of a compressed file cannot be read. */
export const acceptedEncodings = 'gzip, br';

const decoders: ReadonlyMap<string, () => Duplex> = new Map<string, () => Duplex>([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
  ['br', () => createBrotliDecompress()],
]);

/**
 * The body without its content coding; `undefined` when there is none, or none that is known.
 * - Stricter than axios' own decoder, which takes a compressed body that was cut for a whole one.
 */
export function decodeBody(body: Readable, encoding: string | undefined): Readable | undefined {
  const create = decoders.get(encoding?.trim().toLowerCase() ?? '');
  if (create === undefined) return undefined;
  const decoder = create();
  pipeline(body, decoder, () => undefined);
  return decoder;
}
