import { crc32 } from 'node:zlib';
import { FileSourceError, KnownKeys, Recently } from '@filesource/core';
import { z } from 'zod';

/** Where a listing goes on, and what came before. */
const placeSchema = z.strictObject({
  start: z.int().min(0),
  size: z.int().min(0),
  repeats: z.int().min(0),
  /** Pages in a row without an entry. */
  empty: z.int().min(0),
  /** The least that a page before told: what came in meanwhile may be missed. */
  total: z.int().min(0).nullable(),
  /** What the page before told. */
  last: z.int().min(0).nullable(),
  listed: z.int().min(0),
  /** The end was seen, and is short of what was announced. */
  isShort: z.boolean(),
  /** The portal tells where a page starts; then 0 is a place and not silence. */
  tellsStart: z.boolean(),
});
export interface Position extends Readonly<z.output<typeof placeSchema>> {
  /** Of the entries so far, the last ones. */
  readonly known: KnownKeys;
}

const crcDigits = 8;

interface Written {
  readonly folder: string;
  readonly position: Position;
}

/** Of the listings that run right now: a page is mostly followed by the next one. */
const written = new Recently<Written>(32);

/** A CRC of folder and position, then the position: a cursor that was changed, cut or taken to another folder is noticed. */
export function formatCursor(folder: string, position: Position): string {
  const { known, ...place } = position;
  const body = `${Buffer.from(JSON.stringify(place)).toString('base64url')}.${known.toString()}`;
  return written.remember(checkOf(folder, body) + body, { folder, position });
}

/** Throws `invalid-argument` for anything that {@link formatCursor} did not write for this folder. */
export function parseCursor(folder: string, cursor: string): Position {
  const recent = written.recall(cursor);
  if (recent?.folder === folder) return recent.position;
  const body = cursor.slice(crcDigits);
  if (cursor.slice(0, crcDigits) !== checkOf(folder, body)) throw notOurs();
  const dot = body.indexOf('.');
  const known = KnownKeys.parse(body.slice(dot + 1));
  if (dot === -1 || known === undefined) throw notOurs();
  try {
    return { ...placeSchema.parse(JSON.parse(Buffer.from(body.slice(0, dot), 'base64url').toString('utf8'))), known };
  } catch {
    throw notOurs();
  }
}

function checkOf(folder: string, body: string): string {
  return crc32(`${folder}\n${body}`).toString(16).padStart(crcDigits, '0');
}

function notOurs(): FileSourceError {
  return new FileSourceError('invalid-argument', 'the cursor is none of this listing', { advice: 'Use the cursor of a page as it came, or start without one.' });
}
