import type { EntryId } from './model.ts';

const INT32 = 2_147_483_647;

/** An id as it stands in an address or as text in a body: what reads as an int is one, all else is third-party. */
export function idFromText(text: string): EntryId {
  return /^\s*[+-]?\d+\s*$/.test(text) && Math.abs(Number(text)) <= INT32 ? Number(text) : text;
}

export function isInt32(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= INT32;
}
