import { createReadStream, type Dirent, type Stats } from 'node:fs';
import { access, readdir, realpath, stat } from 'node:fs/promises';
import { basename, posix, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { FileSourceError, mediaTypeOf, native, skippedFinding, unsupported, type Capabilities, type Entry, type FileEntry, type Finding, type FolderEntry, type SourceAdapter } from '@filesource/core';

// #region capabilities
const noLinks = unsupported('a folder on a disk has no links');
const noArchives = unsupported('a folder on a disk makes no archives');

const capabilities: Capabilities = {
  list: native,
  stat: native,
  open: native,
  openRange: native,
  linkFile: noLinks,
  linkFolder: noLinks,
  archive: noArchives, // core makes a ZIP, and says so
  archiveConvert: noArchives,
  archiveCancel: noArchives,
  archiveAttach: noArchives,
  openInMemory: false,
  limits: { maxPageSize: 1000, maxContentBytes: null, linkLifetimeMs: null, maxConcurrency: 16, maxArchives: null },
};
// #endregion

/** The folder `.` is the root; others have their path from there as their id, and a file has its name. */
export function createFolderSource(root: string): SourceAdapter {
  const pathOf = (folder: string, file = '.'): Promise<string> => inside(root, folder, file);

  return {
    capabilities,
    listPage: async (folder, { cursor, pageSize = capabilities.limits.maxPageSize }) => {
      const path = await pathOf(folder);
      const names = (await readdir(path, { withFileTypes: true }).catch(notFound)).filter(isShown).map(({ name }) => name).sort();
      // The last name of a page tells where the next one starts, whatever came and went meanwhile.
      const left = cursor === undefined ? names : names.filter((name) => name > cursor);
      const page = left.slice(0, pageSize);
      const items = await Promise.all(page.map(async (name) => entryIn(folder, name, await stat(resolve(path, name)).catch(notFound))));
      const last = page.at(-1);
      return { items, ...(left.length > page.length && last !== undefined ? { cursor: last } : {}), ...(cursor === undefined ? { total: names.length } : {}) };
    },
    stat: async ({ folder, file }) => {
      const stats = await stat(await pathOf(folder, file)).catch(notFound);
      if (stats.isDirectory() !== (file === undefined)) throw new FileSourceError('not-found', file === undefined ? 'this is a file' : 'this is a folder');
      return file === undefined ? folderEntry(folder, stats) : fileEntry(folder, file, stats);
    },
    open: async ({ folder, file }, { range, signal }) => {
      const path = await pathOf(folder, file);
      const { size, mtimeMs } = await stat(path).catch(notFound);
      const start = range?.offset ?? 0;
      if (start > size) throw new FileSourceError('range-not-satisfiable', `the range starts at ${start}, the file has ${size} bytes`);
      const length = Math.min(range?.length ?? size, size - start);
      const body = length === 0 ? Readable.from([], { objectMode: false }) : createReadStream(path, { start, end: start + length - 1, ...(signal === undefined ? {} : { signal }) });
      return { body, offset: start, size: length, totalSize: size, mediaType: mediaTypeOf(file), name: file, validator: validatorOf(size, mtimeMs) };
    },
    link: async () => {
      throw new FileSourceError('unsupported', 'a folder on a disk has no links');
    },
    archive: async () => {
      throw new FileSourceError('unsupported', 'a folder on a disk makes no archives');
    },
    diagnose: async () => [await rootFinding(root), skippedFinding('credentials', 'a folder needs none', 'Nothing needs to be done.')],
    close: async () => undefined,
  };
}

async function rootFinding(root: string): Promise<Finding> {
  const error = await access(root).then(
    () => undefined,
    (thrown: NodeJS.ErrnoException) => thrown,
  );
  if (error === undefined) return { check: 'reachability', status: 'ok', message: `${root} can be read` };
  return { check: 'reachability', status: 'failed', message: `${root} cannot be read (${error.code ?? 'unknown'})`, advice: 'Set root to a folder that is there and may be read.' };
}

/** Refuses what leads out of the root, links included. */
async function inside(root: string, folder: string, file: string): Promise<string> {
  if (file !== '.' && file !== basename(file)) throw new FileSourceError('invalid-argument', 'the id of a file is its name');
  const base = await realpath(root).catch(notFound);
  const path = await realpath(resolve(base, folder, file)).catch(notFound);
  if (path === base || path.startsWith(base + sep)) return path;
  throw new FileSourceError('permission-denied', 'this lies outside of the folder of the source');
}

function isShown(entry: Dirent): boolean {
  return entry.isFile() || entry.isDirectory();
}

function entryIn(folder: string, name: string, stats: Stats): Entry {
  return stats.isDirectory() ? folderEntry(posix.join(folder, name), stats) : fileEntry(folder, name, stats);
}

function folderEntry(id: string, { mtime }: Stats): FolderEntry {
  return { kind: 'folder', id, name: posix.basename(id), modified: mtime, entryCount: null };
}

function fileEntry(folder: string, name: string, { size, mtime, mtimeMs }: Stats): FileEntry {
  return { kind: 'file', folder, id: name, name, size, mediaType: mediaTypeOf(name), modified: mtime, validator: validatorOf(size, mtimeMs) };
}

function validatorOf(size: number, mtimeMs: number): string {
  return `${size}-${mtimeMs}`;
}

function notFound(error: NodeJS.ErrnoException): never {
  throw new FileSourceError(error.code === 'EACCES' ? 'permission-denied' : 'not-found', `it cannot be read (${error.code ?? 'unknown'})`);
}
