import {
  createLimiter,
  FileSourceError,
  runAhead,
  toFileSourceError,
  walkPages,
  type ArchiveItem,
  type ArchiveSelection,
  type Entry,
  type FetchedPage,
  type FetchOptions,
  type FileEntry,
  type FileRef,
  type PageAhead,
} from '@filesource/core';
import { foldersAhead } from './folders-ahead.ts';
import { checkFileId, isOwnId, parseFolderId } from './ids.ts';
import { isInOtherFolder, type Lookup } from './lookup.ts';
import type { Repeat } from './reading.ts';

/** What is asked for, and where in the archive the vendor's rules will put it. */
export interface ArchivePlan {
  readonly fileIds: readonly string[];
  readonly folderIds: readonly string[];
  readonly convert: readonly { readonly key: string; readonly value: string }[];
  readonly items: readonly ArchiveItem[];
  /** What the archive is called until its answer tells. */
  readonly name: string;
  /** The one file asked for, which may come without an archive around it. */
  readonly single: ArchiveItem | null;
}

/** A plan whose folders are still being walked. */
export interface BegunPlan {
  /** What is asked for is settled. `items` grows; it has a file, or is all that there is. */
  readonly plan: ArchivePlan;
  /** The same plan, with all items. */
  readonly whole: Promise<ArchivePlan>;
}

export interface PlanTools {
  readonly lookup: Lookup;
  readonly repeat: Repeat;
  readonly listPage: (folder: string, options: FetchOptions) => Promise<FetchedPage<Entry>>;
  /** Calls of one plan in flight at once. */
  readonly callsAtOnce: number;
}

/** From this many files of one folder on, the folder is listed in place of asking for each. */
const manyFiles = 4;
const bitmap = /^\.(png|jpe?g|bmp|gif)$/;

/** Finds the names and sizes of everything that was asked for: see {@link beginPlan}. */
export async function planArchive(selection: ArchiveSelection, tools: PlanTools, signal: AbortSignal | undefined): Promise<ArchivePlan> {
  return (await beginPlan(selection, tools, signal)).whole;
}

/**
 * Finds the names and sizes of everything that was asked for; resolves once it is known what to ask of the vendor, and that there is a file in it.
 * - The rest of the folders is walked beside what the caller does next; what ends the walk by then is thrown by `whole`.
 * - What cannot be read becomes an item with its error and stays in the request: the vendor has the last word.
 * - Each id is asked for once: the vendor fails altogether on one that comes twice.
 */
export async function beginPlan(selection: ArchiveSelection, tools: PlanTools, signal: AbortSignal | undefined): Promise<BegunPlan> {
  const refs = new Map<string, FileRef>();
  for (const ref of selection.files) {
    parseFolderId(ref.folder);
    const id = checkFileId(ref.file);
    if (!refs.has(id)) refs.set(id, ref);
  }
  const endings = new Map([...selection.convert].map(([id, ending]) => [id, checkEnding(ending)] as const));
  const folders = await findFolders(selection.folders, tools, signal);
  refuseMixture([...refs.keys(), ...folders.map(({ id }) => id)]);

  const items: ArchiveItem[] = [];
  const fileIds: string[] = [];
  const convert: { readonly key: string; readonly value: string }[] = [];
  for (const [ref, found] of await readFiles([...refs.values()], selection.known ?? [], tools, signal)) {
    if (FileSourceError.is(found) && isInOtherFolder(found)) {
      items.push(lost(ref, found));
      continue;
    }
    const ending = endings.get(ref.file);
    const isConverted = ending !== undefined && !(FileSourceError.is(found) ? '' : found.name).toLowerCase().endsWith(ending);
    if (isConverted) convert.push({ key: ref.file, value: ending });
    else fileIds.push(ref.file);
    if (FileSourceError.is(found)) items.push(lost(ref, found));
    else items.push({ ref, name: found.name, path: isConverted ? convertedName(found.name, ending) : found.name, size: isConverted ? null : found.size });
  }
  const misplaced = items.find((item) => item.error !== undefined && isInOtherFolder(item.error))?.error;
  if (fileIds.length + convert.length + folders.length === 0 && misplaced !== undefined) throw misplaced;

  const isOnlyFolder = folders.length === 1 && selection.files.length === 0;
  const [only, ...others] = [...fileIds, ...convert.map(({ key }) => key)];
  const single = folders.length === 0 && others.length === 0 ? (items.find((item) => item.ref.file === only) ?? null) : null;
  const title = isOnlyFolder ? folders[0]?.title : undefined;
  const plan: ArchivePlan = { fileIds, folderIds: folders.map(({ id }) => id), convert, items, single, name: single?.path ?? `${title === undefined || title === '' ? 'download' : title}.zip` };
  return walkAll(plan, folders, { isOnlyFolder, items, tools, signal });
}

interface Walking {
  readonly isOnlyFolder: boolean;
  /** Those of the plan. */
  readonly items: ArchiveItem[];
  readonly tools: PlanTools;
  readonly signal: AbortSignal | undefined;
}

async function walkAll(plan: ArchivePlan, folders: readonly WantedFolder[], { isOnlyFolder, items, tools, signal }: Walking): Promise<BegunPlan> {
  let tellFound = (): void => undefined;
  const hasFile = new Promise<void>((resolve) => (tellFound = resolve));
  const add = (item: ArchiveItem): void => {
    items.push(item);
    if (item.error === undefined) tellFound();
  };
  if (items.some(({ error }) => error === undefined)) tellFound();
  const addresses = folders.flatMap(({ address, error }) => (error === undefined ? [address] : []));
  const ahead = foldersAhead((id, options) => listRepeatedly(id, options, tools), { folders: addresses, callsAtOnce: tools.callsAtOnce, signal });
  const walked = async (): Promise<ArchivePlan> => {
    try {
      for (const folder of folders) {
        if (folder.error === undefined) await walk(folder, isOnlyFolder ? [] : [folder.title], { add, listPage: ahead.listPage, signal });
        else add({ ref: { folder: folder.address }, name: null, path: null, size: null, error: folder.error });
      }
      return plan;
    } finally {
      ahead.end();
    }
  };
  const whole = walked();
  await Promise.race([hasFile, whole]);
  // Whoever needs it is told.
  whole.catch(() => undefined);
  return { plan, whole };
}

interface WantedFolder {
  readonly address: string;
  readonly id: string;
  readonly title: string;
  readonly error?: FileSourceError;
}

/** Sections are asked for by the id that they have, so one may turn out to be a folder that was named as well. */
async function findFolders(addresses: readonly string[], tools: PlanTools, signal: AbortSignal | undefined): Promise<readonly WantedFolder[]> {
  const wanted = addresses.map((address) => ({ address, folder: parseFolderId(address) }));
  const none = wanted.find(({ folder: { text } }) => text === '@root' || text === '@rooms');
  if (none !== undefined) throw new FileSourceError('invalid-argument', `${none.address} is not a folder that can be downloaded`, { advice: 'Name the folders in it.' });
  const find = ({ address, folder }: (typeof wanted)[number], inner: AbortSignal): Promise<WantedFolder> =>
    tools.repeat((until) => tools.lookup.folderDto(folder, until), inner).then(
      ({ id, title }) => ({ address, id, title: title ?? '' }),
      (thrown: unknown) => {
        if (folder.kind === 'section') throw thrown;
        return { address, id: folder.text, title: '', error: bearable(thrown) };
      },
    );
  const found = new Map<string, WantedFolder>();
  for await (const { result } of runAhead(wanted, { run: find, most: tools.callsAtOnce, signal })) {
    const folder = await result;
    if (!found.has(folder.id)) found.set(folder.id, folder);
  }
  return [...found.values()];
}

interface Walk extends Pick<PlanTools, 'listPage'> {
  readonly add: (item: ArchiveItem) => void;
  readonly signal: AbortSignal | undefined;
}

async function walk(folder: WantedFolder, segments: readonly string[], { add, signal, ...inner }: Walk): Promise<void> {
  const listPage = async (id: string, options: FetchOptions): Promise<FetchedPage<Entry>> => {
    try {
      return await inner.listPage(id, options);
    } catch (thrown) {
      add({ ref: { folder: id }, name: null, path: null, size: null, error: bearable(thrown) });
      return { items: [] };
    }
  };
  for await (const { files, segments: path } of walkPages({ listPage }, folder.address, { segments, ...(signal === undefined ? {} : { signal }) })) {
    const parent = path.map((name) => `${name}/`).join('');
    for (const entry of files) add({ ref: { folder: entry.folder, file: entry.id }, name: entry.name, path: parent + entry.name, size: entry.size });
  }
}

/** A page that is asked for before its turn is not asked for again until that comes. */
async function listRepeatedly(folder: string, options: FetchOptions, { listPage, repeat }: PlanTools): Promise<FetchedPage<Entry>> {
  const page = await repeat((inner) => listPage(folder, { ...options, signal: inner }), options.signal);
  const ahead = page.ahead?.map(({ at, fetch }): PageAhead => ({ at, fetch: ({ signal }) => repeat((inner) => fetch({ signal: inner }), signal, () => false) }));
  return ahead === undefined ? page : { ...page, ahead };
}

async function readFiles(refs: readonly FileRef[], known: readonly FileEntry[], tools: PlanTools, signal: AbortSignal | undefined): Promise<ReadonlyMap<FileRef, FileEntry | FileSourceError>> {
  const found = new Map<string, FileEntry | FileSourceError>();
  const foldersOf = new Map(refs.map(({ file, folder }) => [file, folder]));
  for (const entry of known) if (foldersOf.get(entry.id) === entry.folder) found.set(entry.id, entry);
  const listed = [...groupByFolder(refs.filter(({ file }) => !found.has(file)))].filter(([, wanted]) => wanted.length >= manyFiles);
  const list = ([folder, wanted]: (typeof listed)[number], inner: AbortSignal): Promise<readonly FileEntry[]> => listWanted(folder, wanted, tools, inner);
  for await (const { result } of runAhead(listed, { run: list, most: tools.callsAtOnce, signal })) for (const entry of await result) found.set(entry.id, entry);
  const limiter = createLimiter(tools.callsAtOnce);
  await Promise.all(
    refs
      .filter(({ file }) => !found.has(file))
      .map((ref) =>
        limiter(async () => {
          const read = tools.repeat((inner) => tools.lookup.file(ref, inner), signal);
          found.set(ref.file, await read.then(({ entry }) => entry, bearable));
        }),
      ),
  );
  return new Map(refs.flatMap((ref) => {
    const entry = found.get(ref.file);
    return entry === undefined ? [] : [[ref, entry] as const];
  }));
}

function groupByFolder(refs: readonly FileRef[]): ReadonlyMap<string, readonly FileRef[]> {
  const groups = new Map<string, FileRef[]>();
  for (const ref of refs) groups.set(ref.folder, [...(groups.get(ref.folder) ?? []), ref]);
  return groups;
}

/** Reads no more pages than there are files to find; what is left, or what the listing does not show, is asked for one by one. */
async function listWanted(folder: string, wanted: readonly FileRef[], tools: PlanTools, signal: AbortSignal | undefined): Promise<readonly FileEntry[]> {
  const missing = new Set(wanted.map(({ file }) => file));
  const found: FileEntry[] = [];
  let cursor: string | undefined;
  try {
    for (let pages = 0; pages < wanted.length && missing.size > 0; pages += 1) {
      const page = await tools.repeat((inner) => tools.listPage(folder, { signal: inner, ...(cursor === undefined ? {} : { cursor }) }), signal);
      for (const entry of page.items) if (entry.kind === 'file' && missing.delete(entry.id)) found.push(entry);
      ({ cursor } = page);
      if (cursor === undefined) break;
    }
  } catch (thrown) {
    bearable(thrown);
  }
  return found;
}

/** Errors of one entry, which the rest of the archive can do without; any other is thrown on. */
function bearable(thrown: unknown): FileSourceError {
  const error = toFileSourceError(thrown);
  if (error.kind === 'not-found' || error.kind === 'permission-denied') return error;
  throw error;
}

function lost(ref: FileRef, error: FileSourceError): ArchiveItem {
  return { ref, name: null, path: null, size: null, error };
}

function checkEnding(ending: string): string {
  const value = ending.startsWith('.') ? ending : `.${ending}`;
  if (/^\.[A-Za-z0-9]{1,10}$/.test(value)) return value.toLowerCase();
  throw new FileSourceError('invalid-argument', `${JSON.stringify(ending)} is not a file ending to convert to`, { advice: 'Write for example .pdf.' });
}

/** A document that becomes pictures comes as a ZIP of its pages. */
function convertedName(name: string, ending: string): string {
  const dot = name.lastIndexOf('.');
  const base = dot > 0 ? name.slice(0, dot) : name;
  return `${base}${bitmap.test(ending) && !bitmap.test(name.slice(dot).toLowerCase()) ? '.zip' : ending}`;
}

/** Servers write one archive after the other into one stream for this, or drop all but one file. */
function refuseMixture(ids: readonly string[]): void {
  const foreign = ids.find((id) => !isOwnId(id));
  if (foreign === undefined || ids.every((id) => !isOwnId(id))) return;
  throw new FileSourceError('unsupported', `an archive cannot hold both entries of the portal and of a connected account (${JSON.stringify(foreign)})`, {
    advice: 'Make one archive for each.',
  });
}
