import type { ContentsDto, FileDto, FolderDto } from './schemas.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The contents of a folder as their schema gives them, where every field has the type that it mostly has.
 * - `undefined` for anything else, wrong or not: then the schema says. A large folder has a hundred thousand entries, and the schema takes
 *   longer for one than the JSON parser.
 */
export function quickContents(value: unknown): ContentsDto | undefined {
  if (!isObject(value)) return undefined;
  const { files, folders, current, count, startIndex, total } = value;
  const folder = quickFolder(current);
  const readFiles = listOrNothing(files, quickFile);
  const readFolders = listOrNothing(folders, quickFolder);
  const fits = folder !== undefined && readFiles !== unfit && readFolders !== unfit && isNumberOrNothing(count) && isNumberOrNothing(startIndex) && isNumberOrNothing(total);
  return fits ? { files: readFiles, folders: readFolders, current: folder, count, startIndex, total } : undefined;
}

function quickFile(value: unknown): FileDto | undefined {
  if (!isObject(value)) return undefined;
  const { title, version, versionGroup, contentLength, pureContentLength, viewUrl, updated, providerItem } = value;
  const id = idOf(value['id']);
  const folderId = idOrNothing(value['folderId']);
  const fits =
    id !== null &&
    folderId !== unfit &&
    isTextOrNothing(title) &&
    isNumberOrNothing(version) &&
    isNumberOrNothing(versionGroup) &&
    isTextOrNothing(contentLength) &&
    isNumberOrNothing(pureContentLength) &&
    isTextOrNothing(viewUrl) &&
    isTextOrNothing(updated) &&
    (typeof providerItem === 'boolean' || isNothing(providerItem));
  return fits ? { id, title, folderId, version, versionGroup, contentLength, pureContentLength, viewUrl, updated, providerItem } : undefined;
}

function quickFolder(value: unknown): FolderDto | undefined {
  if (!isObject(value)) return undefined;
  const { title, updated, rootFolderType, type } = value;
  const id = idOf(value['id']);
  const parentId = idOrNothing(value['parentId']);
  const fits = id !== null && parentId !== unfit && isTextOrNothing(title) && isTextOrNothing(updated) && isNumberOrNothing(rootFolderType) && isNumberOrNothing(type);
  return fits ? { id, title, parentId, updated, rootFolderType, type } : undefined;
}

const unfit = Symbol('unfit');

function idOf(value: unknown): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null;
  return typeof value === 'string' && value !== '' ? value : null;
}

function idOrNothing(value: unknown): string | null | undefined | typeof unfit {
  return isNothing(value) ? value : (idOf(value) ?? unfit);
}

function listOrNothing<T>(value: unknown, read: (item: unknown) => T | undefined): T[] | null | undefined | typeof unfit {
  if (isNothing(value)) return value;
  if (!Array.isArray(value)) return unfit;
  const results: T[] = [];
  for (const item of value as readonly unknown[]) {
    const result = read(item);
    if (result === undefined) return unfit;
    results.push(result);
  }
  return results;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNothing(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function isTextOrNothing(value: unknown): value is string | null | undefined {
  return typeof value === 'string' || isNothing(value);
}

function isNumberOrNothing(value: unknown): value is number | null | undefined {
  return typeof value === 'number' ? Number.isFinite(value) : isNothing(value);
}
