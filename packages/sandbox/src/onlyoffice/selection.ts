import type { EntryId, EntryNode, User } from './model.ts';
import { idFromText, isInt32 } from './parse-id.ts';
import type { Portal } from './portal.ts';
import { ValidationError, VendorError } from './vendor-error.ts';

export interface Conversion {
  /** With the dot; empty: none. */
  readonly extension: string;
  readonly password?: string;
}

/** What a bulk download is asked for. */
export interface Selection {
  readonly folderIds: readonly EntryId[];
  readonly fileIds: readonly EntryId[];
  readonly conversions: ReadonlyMap<EntryId, Conversion>;
  /** A file was named twice, which no server survives. */
  readonly repeated: boolean;
}

export function isEmpty({ folderIds, fileIds }: Selection): boolean {
  return folderIds.length === 0 && fileIds.length === 0;
}

type Body = Readonly<Record<string, unknown>>;

export function docSpaceSelection(body: Body): Selection {
  const conversions = new Map<EntryId, Conversion>();
  const plain: EntryId[] = [];
  for (const item of list(body['fileIds'])) {
    // A convertible file used to be named in fileIds, and still may be.
    if (isRecord(item) && 'key' in item) addConversion(conversions, plain, item);
    else plain.push(...idsFromJson([item]));
  }
  for (const [index, item] of list(body['fileConvertIds']).entries()) {
    for (const member of ['key', 'value']) {
      if (!isRecord(item) || item[member] === undefined || item[member] === null) {
        throw new ValidationError({ [`FileConvertIds[${index}]`]: [`The ${member} field is required.`] });
      }
    }
    if (isRecord(item)) addConversion(conversions, plain, item);
  }
  return { folderIds: idsFromJson(list(body['folderIds'])), fileIds: plain, conversions, repeated: hasRepetition(plain) };
}

/** Here every id is a string, and naming one twice fails before anything is looked at. */
export function workspaceSelection(body: Body): Selection {
  const conversions = new Map<EntryId, Conversion>();
  const fileIds: EntryId[] = [];
  for (const item of list(body['fileConvertIds'])) if (isRecord(item)) addConversion(conversions, fileIds, item);
  fileIds.push(...list(body['fileIds']).map((item) => idFromText(String(item))));
  const folderIds = list(body['folderIds']).map((item) => idFromText(String(item)));
  if (hasRepetition(fileIds) || hasRepetition(folderIds)) throw new VendorError('argument', 'An item with the same key has already been added.');
  return { folderIds, fileIds, conversions, repeated: false };
}

/** DocSpace 3.7 looks for something that can be had, apart for its own entries and for third-party ones. */
export function precheck(portal: Portal, user: User | undefined, selection: Selection): void {
  for (const side of sides(selection)) {
    const { found, message } = reachable(portal, user, side);
    if (!found) throw new VendorError('not-found', message);
  }
}

/** Whether anything of the selection can be downloaded, and what to say if not. */
export function reachable(portal: Portal, user: User | undefined, selection: Selection): { found: boolean; message: string } {
  const { store, quirks } = portal;
  const can = (node: EntryNode | undefined): boolean => node !== undefined && store.canDownload(user, node);
  const hasFile = (folderId: EntryId): boolean =>
    store.filesIn(folderId).some(can) || store.foldersIn(folderId).some((folder) => can(folder) && hasFile(folder.id));
  const files = selection.fileIds.some((id) => can(store.file(id)));
  const folders = selection.folderIds.some((id) => can(store.folder(id)) && (!quirks.emptyFolderIsNothing || hasFile(id)));
  return { found: files || folders, message: `The required ${selection.fileIds.length > 0 ? 'file' : 'folder'} was not found` };
}

/** The portal's own entries and the third-party ones, each only if there are any. */
export function sides(selection: Selection): Selection[] {
  const half = (type: 'number' | 'string'): Selection => {
    const ours = (id: EntryId): boolean => typeof id === type;
    return { ...selection, folderIds: selection.folderIds.filter(ours), fileIds: selection.fileIds.filter(ours) };
  };
  return [half('number'), half('string')].filter((side) => !isEmpty(side));
}

function addConversion(conversions: Map<EntryId, Conversion>, fileIds: EntryId[], item: Body): void {
  const [id] = idsFromJson([item['key']]);
  if (id === undefined) return;
  const extension = typeof item['value'] === 'string' ? item['value'] : '';
  const password = item['password'];
  fileIds.push(id);
  conversions.set(id, { extension, ...(typeof password === 'string' && { password }) });
}

function idsFromJson(items: readonly unknown[]): EntryId[] {
  return items.flatMap((item) => {
    if (typeof item === 'string') return [idFromText(item)];
    if (typeof item !== 'number') return [];
    if (!isInt32(item)) throw new VendorError('unmapped', 'One of the identified items was in an invalid format.');
    return [item];
  });
}

function hasRepetition(ids: readonly EntryId[]): boolean {
  return new Set(ids).size < ids.length;
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

function isRecord(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
