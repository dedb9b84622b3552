import { setImmediate as nextTurn } from 'node:timers/promises';
import { formatRef, FileSourceError, isFileRef, parseSourceRef, throwIfAborted, toFileSourceError, type FileSource, type Hashing, type SourceEntry, type SourceFileEntry } from '@filesource/core';
import { nameApart } from '../local/names-apart.ts';
import { idSegment } from '../local/safe-name.ts';
import type { ListingTimes } from './listing-times.ts';
import { createRowGroup, lostRow, type Row, type RowGroup } from './rows.ts';
import { TaskPool } from './task-pool.ts';

/** A file that is to be pulled; `path` is below the directory, with `/`. */
export interface PlannedFile {
  readonly source: FileSource;
  readonly entry: SourceFileEntry;
  readonly path: string;
  readonly row: Row;
}

/** A folder that was asked for, or whose files were: everything that comes to stand in one local directory. */
interface Root {
  readonly source: FileSource;
  readonly folder: string;
  wholeFolder?: RowGroup;
  readonly files: { readonly id: string; readonly group: RowGroup }[];
}

export interface Plan {
  /** In the order in which the refs were given. */
  readonly groups: readonly RowGroup[];
  /** Those of them that were asked for as folders. */
  readonly folders: readonly RowGroup[];
  /** Lists everything and hands over each file as soon as its folder is known. Throws what `isFatal` says ends it. */
  run(options: PlanRun): Promise<void>;
}

interface PlanRun {
  readonly signal: AbortSignal;
  readonly times: ListingTimes;
  /** What was listed of a folder, before it is known where it goes. */
  readonly onListed: (source: FileSource, entries: readonly SourceEntry[]) => void;
  /** Resolves when the next one may come; `undefined`: at once. */
  readonly onFile: (file: PlannedFile) => Promise<void> | undefined;
  readonly onLost: (row: Row) => void;
  readonly isFatal: (error: FileSourceError) => boolean;
}

/** Folders listed at once, or as many calls as a source takes: adapters put those of one tick into one request. Each source has its own limit below. */
const listingsAtOnce = 64;
const statsAtOnce = 256;
/** From so many files of one folder on, the folder is listed in place of asking for each; more where those share a request. */
const manyFiles = 4;
/** So many files are worth pages that may not be needed. */
const filesWorthAhead = 100;
const deepest = 100;
/** So many files are handed over before whatever else waits gets its turn. */
const turnFiles = 256;

/** What is to be pulled. Throws for a ref that is none and for a source that is unknown; asks nothing of a vendor yet. */
export function createPlan(options: { readonly sources: { get(name: string): FileSource }; readonly refs: readonly string[]; readonly hashing: Hashing }): Plan {
  const groups: RowGroup[] = [];
  const folders: RowGroup[] = [];
  const roots = new Map<string, Root>();
  const seen = new Set<string>();
  for (const text of options.refs) {
    const parsed = parseSourceRef(text);
    const source = options.sources.get(parsed.source);
    const ref = formatRef(parsed.source, parsed);
    if (seen.has(ref)) continue;
    seen.add(ref);
    const group = createRowGroup(ref);
    groups.push(group);
    const key = formatRef(parsed.source, { folder: parsed.folder });
    const root: Root = roots.get(key) ?? { source, folder: parsed.folder, files: [] };
    roots.set(key, root);
    if (isFileRef(parsed)) root.files.push({ id: parsed.file, group });
    else {
      root.wholeFolder = group;
      folders.push(group);
    }
  }
  const directories = rootDirectories([...roots.values()], options.hashing);
  return {
    groups,
    folders,
    run: async (run) => {
      const pool = new TaskPool(Math.max(listingsAtOnce, ...[...roots.values()].map(({ source }) => source.capabilities.limits.maxConcurrency)));
      for (const [root, directory] of directories) pool.add(() => planRoot(root, directory, { ...run, pool }));
      await pool.idle();
    },
  };
}

interface Planning extends PlanRun {
  readonly pool: TaskPool;
}

interface Place {
  readonly source: FileSource;
  readonly directory: string;
  /** Ids of the folders above, the folder itself last. */
  readonly above: readonly string[];
}

function rootDirectories(roots: readonly Root[], hashing: Hashing): Map<Root, string> {
  const hash = (text: string): string => {
    const running = hashing.sha256();
    running.update(Buffer.from(text));
    return running.hex();
  };
  const sources = [...new Set(roots.map((root) => root.source.name))];
  const sourceNames = nameApart(sources, (name) => ({ id: name, name }));
  const directories = new Map<Root, string>();
  for (const source of sources) {
    const folders = nameApart(
      roots.filter((root) => root.source.name === source),
      (root) => ({ id: root.folder, name: idSegment(root.folder, hash) }),
    );
    for (const [root, folder] of folders) directories.set(root, `${sourceNames.get(source) ?? source}/${folder}`);
  }
  return directories;
}

async function planRoot(root: Root, directory: string, planning: Planning): Promise<void> {
  const { source, folder, wholeFolder } = root;
  const place: Place = { source, directory, above: [folder] };
  const entries = wholeFolder === undefined ? [] : await listFolder(place, wholeFolder, planning);
  const placed: PlacedEntry[] = entries.map((entry) => ({ entry, group: wholeFolder ?? createRowGroup(entry.ref) }));
  const listedIds = new Set(entries.filter((entry) => entry.kind === 'file').map((entry) => entry.id));
  const unlisted = root.files.filter(({ id, group }) => {
    group.isListed ||= listedIds.has(id);
    return !listedIds.has(id);
  });
  const found = wholeFolder === undefined && unlisted.length >= Math.max(manyFiles, source.capabilities.limits.openBatch ?? 1) ? await findListed(place, unlisted, planning) : new Map<string, SourceFileEntry>();
  const single: Root['files'][number][] = [];
  for (const file of unlisted) {
    const entry = found.get(file.id);
    file.group.isListed ||= entry !== undefined;
    if (entry === undefined) single.push(file);
    else placed.push({ entry, group: file.group });
  }
  for (let start = 0; start < single.length; start += statsAtOnce) {
    const answers = await Promise.all(single.slice(start, start + statsAtOnce).map(({ id, group }) => statFile(place, id, group, planning)));
    placed.push(...answers.filter((item) => item !== undefined));
  }
  await placeEntries(placed, place, planning);
}

interface PlacedEntry {
  readonly entry: SourceEntry;
  readonly group: RowGroup;
}

async function planFolder(place: Place, group: RowGroup, planning: Planning): Promise<void> {
  const entries = await listFolder(place, group, planning);
  await placeEntries(entries.map((entry) => ({ entry, group })), place, planning);
}

/** Gives each entry its name in the directory, hands over the files and goes on with the folders. */
async function placeEntries(placed: readonly PlacedEntry[], place: Place, planning: Planning): Promise<void> {
  const { source, directory, above } = place;
  const filesFirst = [...placed].sort((a, b) => Number(a.entry.kind === 'folder') - Number(b.entry.kind === 'folder'));
  const names = nameApart(filesFirst, ({ entry }) => entry);
  const files: PlannedFile[] = [];
  for (const item of filesFirst) {
    const { entry, group } = item;
    const path = `${directory}/${names.get(item) ?? entry.id}`;
    if (entry.kind === 'file') {
      const row: Row = { ref: entry.ref, name: entry.name, path, size: entry.size, sha256: null, status: 'planned' };
      group.rows.push(row);
      files.push({ source, entry, path, row });
    } else {
      const below = createRowGroup(entry.ref, entry.name);
      group.below.push(below);
      planning.pool.add(() => planFolder({ source, directory: path, above: [...above, entry.id] }, below, planning));
    }
  }
  for (const [index, file] of files.entries()) {
    const room = planning.onFile(file);
    if (room !== undefined) await room;
    // The first ones are fetched while others follow.
    if (index % turnFiles === turnFiles - 1) await nextTurn();
  }
}

/** What the vendor lists, each entry once; a listing that breaks gives what came before, and a row that says so. */
async function listFolder(place: Place, group: RowGroup, planning: Planning): Promise<SourceEntry[]> {
  const { source, above } = place;
  const folder = above.at(-1) ?? '';
  const entries = new Map<string, SourceEntry>();
  try {
    throwIfAborted(planning.signal);
    if (above.indexOf(folder) < above.length - 1 || above.length > deepest) {
      throw new FileSourceError('vendor-protocol', 'the folder contains itself or is nested too deep', { ref: group.ref });
    }
    const listing = source.list({ folder }, { signal: planning.signal });
    for await (const { items } of planning.times.pages(source, listing.byPage({ readAhead: true }))) {
      planning.onListed(source, items);
      for (const entry of items) entries.set(`${entry.kind} ${entry.id}`, entry);
    }
    group.isListed = true;
  } catch (thrown) {
    lose(thrown, group, planning);
  }
  return [...entries.values()];
}

/** The wanted files that the folder lists, on no more pages than there are files to find. What it does not show, or fails to, is asked for one by one. */
async function findListed({ source, above }: Place, wanted: Root['files'], { signal, times, isFatal }: Planning): Promise<ReadonlyMap<string, SourceFileEntry>> {
  const missing = new Set(wanted.map(({ id }) => id));
  const found = new Map<string, SourceFileEntry>();
  let pages = 0;
  try {
    for await (const { items } of times.pages(source, source.list({ folder: above.at(-1) ?? '' }, { signal }).byPage({ readAhead: wanted.length >= filesWorthAhead }))) {
      for (const entry of items) if (entry.kind === 'file' && missing.delete(entry.id)) found.set(entry.id, entry);
      pages += 1;
      if (missing.size === 0 || pages === wanted.length) break;
    }
  } catch (thrown) {
    throwIfAborted(signal);
    const error = toFileSourceError(thrown);
    if (isFatal(error)) throw error;
  }
  return found;
}

async function statFile(place: Place, id: string, group: RowGroup, planning: Planning): Promise<PlacedEntry | undefined> {
  const { source, above } = place;
  try {
    throwIfAborted(planning.signal);
    const entry = await planning.times.measure(source, () => source.stat({ folder: above.at(-1) ?? '', file: id }, { signal: planning.signal }));
    group.isListed = true;
    return { entry, group };
  } catch (thrown) {
    lose(thrown, group, planning);
    return undefined;
  }
}

function lose(thrown: unknown, group: RowGroup, planning: Planning): void {
  const error = toFileSourceError(thrown);
  if (planning.signal.aborted || planning.isFatal(error)) throw error;
  group.isListed = true;
  const row = lostRow(group.ref, group.name, error);
  group.rows.push(row);
  planning.onLost(row);
}
