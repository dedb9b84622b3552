import type { Action } from './action.ts';
import { ActionError } from './action-error.ts';
import type { ResultData, ResultRecord } from './envelope.ts';
import { listWindow } from './parameters.ts';
import type { OnOfficeQuirks } from './quirks.ts';
import type { FolderStore, StoredFile } from './store.ts';
import type { World } from './world.ts';

type Elements = Readonly<Record<string, unknown>>;

/** The page of a record's files that the action asks for. */
export function listFiles(action: Action, folder: FolderStore, folderId: number, world: World, elements: (file: StoredFile) => Elements): ResultData {
  const { limit, offset } = listWindow(action.parameters, world.quirks);
  const files = ordered(folder, folderId, world);
  const page = files.slice(offset, offset + limit);
  return resultData(
    page.map((file) => fileRecord(file, elements(file), world.quirks)),
    files.length,
    world.quirks,
  );
}

export function oneFile(file: StoredFile, elements: Elements, quirks: OnOfficeQuirks): ResultData {
  return resultData([fileRecord(file, elements, quirks)], 1, quirks);
}

export function emptyData(quirks: OnOfficeQuirks): ResultData {
  return resultData([], 0, quirks);
}

/** What an unknown id gives: an empty success, or an error. */
export function nothingFound(answer: 'empty' | number, quirks: OnOfficeQuirks): ResultData {
  if (answer === 'empty') return emptyData(quirks);
  throw new ActionError(answer);
}

export function sizeElement(file: StoredFile, asString: boolean, quirks: OnOfficeQuirks): Elements {
  if (quirks.fileSizeMissing) return {};
  const size = file.document.bytes().length;
  return { fileSize: asString ? String(size) : size };
}

function fileRecord(file: StoredFile, elements: Elements, quirks: OnOfficeQuirks): ResultRecord {
  return { id: quirks.idsAsStrings ? String(file.id) : file.id, type: 'file', elements: quirks.elementsAsArray ? [elements] : elements };
}

function resultData(records: readonly ResultRecord[], total: number, quirks: OnOfficeQuirks): ResultData {
  const count = { total, page: records.length, null: null, zero: 0 }[quirks.cntabsolute];
  return { meta: { cntabsolute: count }, records };
}

function ordered(folder: FolderStore, folderId: number, world: World): readonly StoredFile[] {
  const files = [...(folder.files(folderId) ?? [])].sort((left, right) => left.id - right.id);
  if (world.quirks.listOrder === 'newest-first') return files.reverse();
  if (world.quirks.listOrder === 'id' || files.length === 0) return files;
  const start = world.nextListing() % files.length;
  return [...files.slice(start), ...files.slice(0, start)];
}
