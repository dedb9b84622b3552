import { FileSourceError, KnownKeys, Recently } from '@filesource/core';

/**
 * Where a listing stands: enough to go on elsewhere, to see that the list was shortened meanwhile, to drop what comes twice
 * and to notice what never came.
 */
export interface Position {
  readonly folder: string;
  readonly offset: number;
  /** Different files so far. */
  readonly listed: number;
  /** How many there are, as far as the vendor's word can be believed. */
  readonly total: number | null;
  /** Times that the list was begun again, since files were missing at its end; and files that this time brought. */
  readonly sweep: number;
  readonly gained: number;
  /** The last ids. */
  readonly known: KnownKeys;
}

/** A cursor remembers so many ids, and up to a page more. */
export const leastIds = 2_000;
const shape = /^v2\.(\d{1,16})\.(\d{1,16})\.(\d{1,16})\.(\d{1,16}|-)\.(\d)\.(\d{1,16})\.([-.~0-9a-z]*)$/;

/** Of the listings that run right now: a page is mostly followed by the next one. */
const written = new Recently<Position>(32);

export function startOf(folder: string): Position {
  return { folder, offset: 0, listed: 0, total: null, sweep: 0, gained: 0, known: KnownKeys.none };
}

export function formatCursor(position: Position): string {
  const { folder, offset, listed, total, sweep, gained, known } = position;
  return written.remember(`v2.${folder}.${offset}.${listed}.${total ?? '-'}.${sweep}.${gained}.${known.toString()}`, position);
}

/** Throws `invalid-argument` for anything that {@link formatCursor} did not write for this folder. */
export function parseCursor(folder: string, cursor: string): Position {
  const recent = written.recall(cursor);
  if (recent?.folder === folder) return recent;
  const position = positionIn(folder, cursor);
  if (position === undefined || formatCursor(position) !== cursor) throw new FileSourceError('invalid-argument', 'this is not a cursor of this listing', { advice: 'Pass on the cursor of a page as it is, or none to start anew.' });
  return position;
}

function positionIn(folder: string, cursor: string): Position | undefined {
  const [, , offset, listed, total, sweep, gained, keys = ''] = shape.exec(cursor) ?? [];
  const known = offset === undefined ? undefined : KnownKeys.parse(keys);
  if (known === undefined || ![...known].every((id) => Number.isSafeInteger(id) && Number(id) > 0)) return undefined;
  return {
    folder,
    offset: Number(offset),
    listed: Number(listed),
    total: total === '-' ? null : Number(total),
    sweep: Number(sweep),
    gained: Number(gained),
    known,
  };
}
