import type { FileElements, WireData, WireRecord } from './schemas.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The data of a listing as its schema gives them, where every field has a type that it mostly has.
 * - `undefined` for anything else, wrong or not: then the schema says. A large listing has a hundred thousand records, and the schema takes
 *   longer for one than the JSON parser.
 */
export function quickData(data: unknown): WireData | undefined {
  if (!isObject(data) || !isObject(data['meta']) || !Array.isArray(data['records'])) return undefined;
  const cntabsolute = wholeOrNothing(data['meta']['cntabsolute'], count);
  if (cntabsolute === unfit) return undefined;
  const records = data['records'] as readonly unknown[];
  return areRecords(records) ? { meta: { cntabsolute }, records } : undefined;
}

/** As they are, whatever else they hold: a copy of each would be all that there is to do. */
function areRecords(values: readonly unknown[]): values is WireRecord[] {
  for (const value of values) {
    if (!isObject(value)) return false;
    const { id } = value;
    if (typeof id !== 'string' && (typeof id !== 'number' || !Number.isFinite(id))) return false;
  }
  return true;
}

/** The elements of a file, likewise. */
export function quickElements(elements: unknown): FileElements | undefined {
  if (!isObject(elements)) return undefined;
  const { name, originalname, filename, date, url, content } = elements;
  const fileSize = wholeOrNothing(elements['fileSize'], count);
  const modified = wholeOrNothing(elements['modified'], seconds);
  const fits =
    isTextOrNothing(name) &&
    isTextOrNothing(originalname) &&
    isTextOrNothing(filename) &&
    isTextOrNothing(date) &&
    isTextOrNothing(url) &&
    isTextOrNothing(content) &&
    fileSize !== unfit &&
    modified !== unfit;
  return fits ? { name, originalname, filename, fileSize, modified, date, url, content } : undefined;
}

const unfit = Symbol('unfit');
const count = /^\d{1,15}$/;
const seconds = /^\d{1,12}$/;

function wholeOrNothing(value: unknown, digits: RegExp): number | null | undefined | typeof unfit {
  if (typeof value === 'string') return digits.test(value) ? Number(value) : unfit;
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : unfit;
  return value === undefined || value === null ? value : unfit;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextOrNothing(value: unknown): value is string | null | undefined {
  return typeof value === 'string' || value === undefined || value === null;
}
