import { extensionOf, filterTypeOf } from './file-kinds.ts';
import type { EntryNode, FileNode, FolderNode, User } from './model.ts';
import type { Portal } from './portal.ts';
import type { SortOrder } from './preferences.ts';
import { sectionOf } from './sections.ts';
import { latest } from './store.ts';
import { ValidationError } from './vendor-error.ts';

export type Query = Readonly<Record<string, string | undefined>>;

export interface ListingPage {
  readonly folders: readonly FolderNode[];
  readonly files: readonly FileNode[];
  readonly startIndex: number;
  readonly total: number;
}

/** One page of a folder: folders first, then files, counted together. */
export function listPage(portal: Portal, user: User | undefined, folder: FolderNode, query: Query): ListingPage {
  const { startIndex, count } = window(portal, query);
  const order = orderOf(portal, user, query);
  const wanted = entriesOf(portal, user, folder, query).filter((entry) => portal.store.canRead(user, entry) && matches(entry, query));
  const folders = wanted.filter((entry) => entry.kind === 'folder').sort(comparator(order));
  const files = wanted.filter((entry) => entry.kind === 'file').sort(comparator(order));
  const page = [...folders, ...files].slice(startIndex, startIndex + count);
  return {
    folders: page.filter((entry) => entry.kind === 'folder'),
    files: page.filter((entry) => entry.kind === 'file'),
    startIndex,
    total: wanted.length,
  };
}

function window(portal: Portal, query: Query): { startIndex: number; count: number } {
  const startIndex = number(query['startindex'] ?? '0', 'StartIndex');
  if (portal.settings.generation === 'workspace') {
    const count = number(query['count'] ?? '1000', 'Count');
    return { startIndex: Math.max(0, startIndex), count: count > 0 ? Math.min(count, 1000) : 1000 };
  }
  const count = number(query['count'] ?? '100', 'Count');
  if (count < 1 || count > 100) throw new ValidationError({ Count: ['The field Count must be between 1 and 100.'] });
  if (startIndex < 0) throw new ValidationError({ StartIndex: ['The field StartIndex must be between 0 and 2147483647.'] });
  return { startIndex, count };
}

function number(text: string, field: string): number {
  const value = Number(text);
  if (!Number.isInteger(value)) throw new ValidationError({ [field]: [`The value '${text}' is not valid for ${field}.`] });
  return value;
}

function orderOf(portal: Portal, user: User | undefined, query: Query): SortOrder {
  const key = user?.id ?? '';
  const sortBy = query['sortby'];
  if (sortBy !== undefined) portal.preferences.rememberOrder(key, { sortBy, ascending: !/^desc/i.test(query['sortorder'] ?? '') });
  return portal.preferences.orderOf(key);
}

function comparator({ sortBy, ascending }: SortOrder): (left: EntryNode, right: EntryNode) => number {
  const by: Record<string, (entry: EntryNode) => string | number> = {
    az: (entry) => entry.title,
    size: (entry) => (entry.kind === 'file' ? latest(entry).bytes.length : 0),
    type: (entry) => extensionOf(entry.title),
    author: (entry) => entry.ownerId,
    dateandtimecreation: (entry) => entry.created,
  };
  const key = by[sortBy.toLowerCase()] ?? ((entry: EntryNode) => entry.updated);
  const compare = (left: string | number, right: string | number): number =>
    typeof left === 'number' && typeof right === 'number' ? left - right : String(left).localeCompare(String(right), 'de');
  return (left, right) => (ascending ? 1 : -1) * compare(key(left), key(right)) || compare(String(left.id), String(right.id));
}

function entriesOf(portal: Portal, user: User | undefined, folder: FolderNode, query: Query): EntryNode[] {
  const { store } = portal;
  if (folder.parentId === undefined && sectionOf(folder.section).virtual) return virtualEntries(portal, user, folder);
  const children: EntryNode[] = [...store.foldersIn(folder.id), ...store.filesIn(folder.id)];
  const searching = [query['filtervalue'], query['filtertype'], query['extension']].some((value) => value !== undefined && value !== '' && value !== '0');
  if (!searching || query['withsubfolders']?.toLowerCase() === 'false') return children;
  return children.flatMap((entry) => (entry.kind === 'folder' ? [entry, ...entriesOf(portal, user, entry, query)] : [entry]));
}

function virtualEntries({ store }: Portal, user: User | undefined, folder: FolderNode): EntryNode[] {
  const all: EntryNode[] = [...store.allFolders(), ...store.allFiles()];
  if (folder.section === '@favorites') return all.filter((entry) => entry.favorite === true);
  if (folder.section === '@recent') return all.filter((entry) => entry.recent === true);
  return all.filter((entry) => Array.isArray(entry.readers) && entry.ownerId !== user?.id);
}

const FILTER_NAMES: Record<string, number> = {
  filesonly: 1,
  foldersonly: 2,
  documentsonly: 3,
  presentationsonly: 4,
  spreadsheetsonly: 5,
  imagesonly: 7,
  archiveonly: 10,
  byextension: 11,
  mediaonly: 12,
};

function matches(entry: EntryNode, query: Query): boolean {
  const text = query['filtervalue']?.toLowerCase() ?? '';
  if (!entry.title.toLowerCase().includes(text)) return false;
  const names = (query['extension'] ?? '').toLowerCase().split(',').filter((name) => name !== '');
  const extensions = names.map((name) => `.${name.replace(/^\./, '')}`);
  if (extensions.length > 0 && entry.kind === 'file' && !extensions.includes(extensionOf(entry.title))) return false;
  const filter = query['filtertype'] ?? '0';
  const wanted = FILTER_NAMES[filter.toLowerCase()] ?? Number(filter);
  if (wanted === 1) return entry.kind === 'file';
  if (wanted === 2) return entry.kind === 'folder';
  return !(wanted >= 3 && wanted <= 12 && wanted !== 11) || entry.kind === 'folder' || filterTypeOf(entry.title) === wanted;
}
