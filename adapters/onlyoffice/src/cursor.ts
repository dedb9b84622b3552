import { crc32 } from 'node:zlib';
import { FileSourceError, Recently } from '@filesource/core';
import { z } from 'zod';

/** Where a listing goes on, and what came before. */
const positionSchema = z.strictObject({
  start: z.int().min(0),
  /** Keys of the entries so far, the last ones: what comes again is known by them. */
  keys: z.array(z.string()),
  size: z.int().min(0),
  repeats: z.int().min(0),
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
export type Position = z.output<typeof positionSchema>;

const crcDigits = 8;

/** Of the listings that run right now: a page is mostly followed by the next one. */
const written = new Recently<Position>(32);

/** A CRC of folder and position, then the position: a cursor that was changed, cut or taken to another folder is noticed. */
export function formatCursor(folder: string, position: Position): string {
  const body = Buffer.from(JSON.stringify(position)).toString('base64url');
  const cursor = checkOf(folder, body) + body;
  written.remember(keyOf(folder, cursor), position);
  return cursor;
}

/** Throws `invalid-argument` for anything that {@link formatCursor} did not write for this folder. */
export function parseCursor(folder: string, cursor: string): Position {
  const known = written.recall(keyOf(folder, cursor));
  if (known !== undefined) return known;
  const body = cursor.slice(crcDigits);
  if (cursor.slice(0, crcDigits) !== checkOf(folder, body)) throw notOurs();
  try {
    return positionSchema.parse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')));
  } catch {
    throw notOurs();
  }
}

function checkOf(folder: string, body: string): string {
  return crc32(keyOf(folder, body)).toString(16).padStart(crcDigits, '0');
}

function keyOf(folder: string, text: string): string {
  return `${folder}\n${text}`;
}

function notOurs(): FileSourceError {
  return new FileSourceError('invalid-argument', 'the cursor is none of this listing', { advice: 'Use the cursor of a page as it came, or start without one.' });
}
