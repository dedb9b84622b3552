import { FileSourceError } from '@filesource/core';

const fewest = { advice: 'Give source:folder or source:folder/file, an entry of a listing, or an array of those.' };

/** A ref as text, from what a message may hold: a text, a number, or an entry of a listing. Throws `invalid-argument`. */
export function refOf(value: unknown, source: string): string {
  const like = typeof value === 'object' && value !== null && 'ref' in value ? value.ref : value;
  const text = typeof like === 'number' ? String(like) : like;
  if (typeof text !== 'string' || text.trim() === '') throw new FileSourceError('invalid-argument', 'the message names no file or folder', fewest);
  return text.includes(':') ? text.trim() : `${source}:${text.trim()}`;
}

/** One or several of them. Throws `invalid-argument`, also for none. */
export function refsOf(value: unknown, source: string): readonly string[] {
  const refs = (Array.isArray(value) ? value : [value]).map((item: unknown) => refOf(item, source));
  if (refs.length === 0) throw new FileSourceError('invalid-argument', 'the message names no files and no folders', fewest);
  return refs;
}
