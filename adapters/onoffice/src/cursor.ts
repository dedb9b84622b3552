import { FileSourceError, Recently } from '@filesource/core';

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
  /** The last ids, in the order of their coming. */
  readonly ids: readonly number[];
}

/** Ids that a cursor remembers; it takes two or three characters for each. */
export const mostIds = 2_000;
const shape = /^v1\.(\d{1,16})\.(\d{1,16})\.(\d{1,16})\.(\d{1,16}|-)\.(\d)\.(\d{1,16})\.((?:-?[0-9a-z]{1,11}(?:_-?[0-9a-z]{1,11})*)?)$/;

/** Of the listings that run right now: a page is mostly followed by the next one. */
const written = new Recently<Position>(32);

export function startOf(folder: string): Position {
  return { folder, offset: 0, listed: 0, total: null, sweep: 0, gained: 0, ids: [] };
}

/** Ids are written as differences, which are small in most lists. */
export function formatCursor(position: Position): string {
  const { folder, offset, listed, total, sweep, gained, ids } = position;
  const steps = ids.map((id, index) => (id - (ids[index - 1] ?? 0)).toString(36));
  return written.remember(`v1.${folder}.${offset}.${listed}.${total ?? '-'}.${sweep}.${gained}.${steps.join('_')}`, position);
}

/** Throws `invalid-argument` for anything that {@link formatCursor} did not write for this folder. */
export function parseCursor(folder: string, cursor: string): Position {
  const known = written.recall(cursor);
  if (known?.folder === folder) return known;
  const match = shape.exec(cursor);
  const [, , offset, listed, total, sweep, gained, steps = ''] = match ?? [];
  const ids: number[] = [];
  for (const step of steps === '' ? [] : steps.split('_')) ids.push((ids.at(-1) ?? 0) + Number.parseInt(step, 36));
  const position: Position = {
    folder,
    offset: Number(offset),
    listed: Number(listed),
    total: total === '-' ? null : Number(total),
    sweep: Number(sweep),
    gained: Number(gained),
    ids,
  };
  const isOurs = match !== null && ids.length <= mostIds && ids.every((id) => Number.isSafeInteger(id) && id > 0) && formatCursor(position) === cursor;
  if (!isOurs) throw new FileSourceError('invalid-argument', 'this is not a cursor of this listing', { advice: 'Pass on the cursor of a page as it is, or none to start anew.' });
  return position;
}
