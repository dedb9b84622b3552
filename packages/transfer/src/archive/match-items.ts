import type { ArchiveItem } from '@filesource/core';
import type { ArchiveEntry } from './archive-entry.ts';
import { withoutTrailingDots } from './name-key.ts';

export interface Matching {
  /** For each item the entry that is it, or `undefined`. */
  readonly entryOf: ReadonlyMap<ArchiveItem, ArchiveEntry>;
  /** Entries that nobody asked for. */
  readonly extras: readonly ArchiveEntry[];
}

type Keys = (path: string) => readonly string[];

/** One way in which a vendor may have named an item; earlier ones are nearer to what was asked for. */
interface Rule {
  readonly itemKeys: Keys;
  readonly entryKeys: Keys;
  /** Too weak a resemblance to report a file of another size as a damaged one. */
  readonly onlySameSize?: boolean;
}

const count = / \(\d{1,6}\)$/;
const longFolder = 'LONG_FOLDER_NAME/';
const longFolderFrom = 200;

const fold = (path: string): string => path.normalize('NFC').toLowerCase();
const cleanTo = (replacement: string) => (path: string): string =>
  fold(path)
    .split('/')
    .map((segment) => segment.replace(/[\\/:*?"<>|\p{Cc}]/gu, replacement).trim())
    .map(withoutTrailingDots)
    .join('/');

const asIs: Keys = (path) => [path];
const folded: Keys = (path) => [fold(path)];
const cleaned: Keys = (path) => [cleanTo('_')(path), cleanTo('')(path)];
const lastSegment: Keys = (path) => [cleanTo('_')(path).slice(cleanTo('_')(path).lastIndexOf('/') + 1)];
const shortened: Keys = (path) => (path.length > longFolderFrom && path.includes('/') ? [fold(longFolder + path.slice(path.lastIndexOf('/') + 1))] : []);

const rules: readonly Rule[] = [
  { itemKeys: asIs, entryKeys: asIs },
  { itemKeys: asIs, entryKeys: withoutCount },
  { itemKeys: folded, entryKeys: folded },
  { itemKeys: folded, entryKeys: (path) => withoutCount(fold(path)) },
  { itemKeys: cleaned, entryKeys: cleaned },
  { itemKeys: cleaned, entryKeys: (path) => withoutCount(path).flatMap(cleaned) },
  { itemKeys: shortened, entryKeys: folded },
  { itemKeys: shortened, entryKeys: (path) => withoutCount(fold(path)) },
  { itemKeys: lastSegment, entryKeys: (path) => [path, ...withoutCount(path)].flatMap(lastSegment), onlySameSize: true },
];

/**
 * Finds for each file that was asked for the entry that it became.
 * - Vendors tell files of one path apart by ` (1)` before the last dot of the whole path, clean names, and shorten long paths.
 * - Of several candidates the one of the right size wins. Each entry is used once.
 */
export function matchItems(items: readonly ArchiveItem[], entries: readonly ArchiveEntry[], convertedIds: ReadonlySet<string> = new Set()): Matching {
  // What the vendor already gave up must not take the place of what it did not.
  const inOrder = [...items.filter((item) => item.error === undefined), ...items.filter((item) => item.error !== undefined)];
  const entryOf = pairEqual(inOrder, entries);
  if (entryOf.size === items.length && entryOf.size === entries.length) return { entryOf, extras: [] };
  const openItems = new Set(inOrder.filter((item) => !entryOf.has(item)));
  const openEntries = new Set(entries);
  for (const entry of entryOf.values()) openEntries.delete(entry);
  const pairUp = (rule: Rule, fits: (item: ArchiveItem, entry: ArchiveEntry) => boolean): void => {
    if (openItems.size === 0 || openEntries.size === 0) return;
    const byKey = new Map<string, ArchiveEntry[]>();
    for (const entry of openEntries) {
      const keys = rule.entryKeys(entry.path);
      for (const key of keys.length > 1 ? new Set(keys) : keys) {
        const same = byKey.get(key);
        if (same === undefined) byKey.set(key, [entry]);
        else same.push(entry);
      }
    }
    const find = (item: ArchiveItem, path: string): ArchiveEntry | undefined => {
      for (const key of rule.itemKeys(path)) {
        const same = byKey.get(key);
        const index = same?.findIndex((candidate) => openEntries.has(candidate) && fits(item, candidate)) ?? -1;
        // What is used is looked at no more: thousands may have one name.
        if (index >= 0) return same?.splice(index, 1)[0];
      }
      return undefined;
    };
    for (const item of openItems) {
      for (const path of pathsOf(item, convertedIds)) {
        const entry = find(item, path);
        if (entry === undefined) continue;
        entryOf.set(item, entry);
        openItems.delete(item);
        openEntries.delete(entry);
        break;
      }
    }
  };
  const sameSize = (item: ArchiveItem, entry: ArchiveEntry): boolean => item.size === entry.size;
  const unknownSize = (item: ArchiveItem): boolean => item.size === null;
  const anySize = (): boolean => true;
  for (let index = 0; index < rules.length; index += 2) {
    const near = rules.slice(index, index + 2);
    for (const fits of [sameSize, unknownSize, anySize]) {
      for (const rule of near) if (fits === sameSize || rule.onlySameSize !== true) pairUp(rule, fits);
    }
  }
  return { entryOf, extras: [...openEntries] };
}

/** Most entries are what was asked for, by path and size, and the only one of that path: no rule is needed to tell. */
function pairEqual(items: readonly ArchiveItem[], entries: readonly ArchiveEntry[]): Map<ArchiveItem, ArchiveEntry> {
  const byPath = new Map<string, ArchiveEntry | null>();
  for (const entry of entries) byPath.set(entry.path, byPath.has(entry.path) ? null : entry);
  const entryOf = new Map<ArchiveItem, ArchiveEntry>();
  for (const item of items) {
    const entry = item.path === null ? undefined : byPath.get(item.path);
    if (entry === undefined || entry === null || entry.size !== item.size) continue;
    entryOf.set(item, entry);
    byPath.set(entry.path, null);
  }
  return entryOf;
}

/** A converted file may also come as a ZIP of its parts. */
function pathsOf(item: ArchiveItem, convertedIds: ReadonlySet<string>): readonly string[] {
  if (item.path === null) return [];
  if (item.ref.file === undefined || !convertedIds.has(item.ref.file)) return [item.path];
  return [item.path, item.path.replace(/\.[^./]*$/, '.zip')];
}

/** Nobody has to make way more often; a name made of counts alone could have been any number of others. */
const mostOriginals = 32;

/**
 * What a path may have been before ` (1)` was put in: before the last dot of the whole path, or at its end.
 * - Also several times: a file that is really called `a (1).txt` may have had to make way for another `a.txt`.
 */
function withoutCount(path: string): string[] {
  const originals = new Set<string>();
  const look = (from: string): void => {
    for (const original of withoutOneCount(from)) if (originals.size < mostOriginals) originals.add(original);
  };
  look(path);
  // What is added meanwhile is looked at as well.
  for (const original of originals) look(original);
  return [...originals];
}

function withoutOneCount(path: string): string[] {
  const originals: string[] = [];
  const dot = path.lastIndexOf('.');
  const stem = dot < 0 ? '' : path.slice(0, dot).replace(count, '');
  if (dot >= 0 && stem.length < dot) originals.push(stem + path.slice(dot));
  const end = path.replace(count, '');
  if (end.length < path.length) originals.push(end);
  return originals;
}
