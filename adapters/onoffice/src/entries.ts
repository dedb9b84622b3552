import { FileSourceError, mediaTypeOf, type FileEntry, type FolderEntry } from '@filesource/core';
import { protocolError } from './errors.ts';
import { quickElements } from './quick-read.ts';
import { fileElementsSchema, type FileElements, type WireRecord } from './schemas.ts';

/** Which module of onOffice a file belongs to; the two name their files differently. */
export type FileModule = 'address' | 'appointment';

/** One file of a listing: what everybody sees, and what only the adapter needs. */
export interface FileRecord {
  readonly entry: FileEntry;
  readonly url: string | null;
  /** Base64 of the whole file; only where one file was asked for. */
  readonly content: string | null;
}

/** The number that an id of onOffice is. Throws `invalid-argument`, before anything is sent. */
export function idNumber(what: string, id: string): number {
  if (!isId(id)) {
    throw new FileSourceError('invalid-argument', `${JSON.stringify(id.slice(0, 60))} is not the id of ${what}`, { advice: 'Ids of onOffice are whole numbers above 0.' });
  }
  return Number(id);
}

function isId(text: string): boolean {
  return /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text));
}

export function fileRecordOf(module: FileModule, folder: string, record: WireRecord): FileRecord {
  const id = typeof record.id === 'number' ? String(record.id) : record.id.trim();
  const isNumber = typeof record.id === 'number' ? Number.isSafeInteger(record.id) && record.id > 0 : isId(id);
  if (!isNumber) throw protocolError('a file in the answer has no id that is a number');
  const elements = elementsOf(record.elements);
  const { name, originalname, filename } = elements;
  let shown: string | undefined;
  let mediaType: string | null = null;
  for (const text of module === 'address' ? [name, originalname, filename] : [filename, name, originalname]) {
    if (!isText(text)) continue;
    shown ??= text;
    mediaType ??= mediaTypeOf(text);
  }
  return {
    entry: {
      kind: 'file',
      folder,
      id,
      name: shown ?? id,
      size: elements.fileSize ?? null,
      mediaType,
      modified: modifiedOf(elements),
      validator: module === 'address' ? validatorOf(elements) : null,
    },
    url: isText(elements.url) ? elements.url : null,
    content: elements.content ?? null,
  };
}

/** A record of onOffice as a folder; file calls do not tell its name. */
export function folderEntryOf(id: string, entryCount: number | null): FolderEntry {
  return { kind: 'folder', id, name: id, modified: null, entryCount };
}

/** `elements` is an object, an array with one object, or an array of texts, which says nothing about a file. */
function elementsOf(elements: unknown): FileElements {
  const object: unknown = Array.isArray(elements) ? elements.find((element) => typeof element === 'object' && element !== null) : elements;
  return quickElements(object) ?? fileElementsSchema.safeParse(object ?? {}).data ?? fileElementsSchema.parse({});
}

function modifiedOf({ modified, date }: FileElements): Date | null {
  if (typeof modified === 'number' && modified > 0) return validDate(new Date(modified * 1000));
  return isText(date) && /^\d{4}-\d{2}-\d{2}/.test(date) ? validDate(new Date(`${date.slice(0, 10)}T00:00:00Z`)) : null;
}

function validDate(date: Date): Date | null {
  return Number.isNaN(date.getTime()) ? null : date;
}

/** The stored name is only the fallback: some answers carry it for a single file and not in a list. */
function validatorOf({ modified, filename, fileSize }: FileElements): string | null {
  const size = fileSize ?? '?';
  if (typeof modified === 'number' && modified > 0) return `m${modified}-${size}`;
  return isText(filename) ? `f${filename}-${size}` : null;
}

function isText(value: string | null | undefined): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
