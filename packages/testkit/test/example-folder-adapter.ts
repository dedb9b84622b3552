import type { Dirent } from 'node:fs';
import { lstat, open as openFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, pipeline } from 'node:stream';
import { commonFields, defineAdapter, defineProvider, FileSourceError, mediaTypeOf, native, unsupported, type Capabilities, type Content, type Entry, type FileRef, type OpenOptions, type Page, type PageOptions, type Ref, type SourceAdapter } from '@filesource/core';
import { z } from 'zod';

/*
 * A fourth adapter, as somebody outside of this repository would write it: folders on a disk.
 * An id is a path below `directory` with its slashes written as `|`, and `.` is `directory` itself; so a file's id is a name.
 */

const configSchema = z.strictObject({
  ...commonFields,
  directory: z.string().min(1).meta({ description: 'The directory whose folders and files are shown' }),
});

const maxPageSize = 100;
const separator = '|';

const capabilities: Capabilities = {
  list: native,
  stat: native,
  open: native,
  openRange: native,
  linkFile: unsupported('files on a disk have no URL'),
  linkFolder: unsupported('folders on a disk have no URL'),
  archive: unsupported('a disk makes no archives'),
  archiveConvert: unsupported('a disk converts nothing'),
  archiveCancel: unsupported('a disk makes no archives'),
  archiveAttach: unsupported('a disk makes no archives'),
  openInMemory: false,
  limits: { maxPageSize, maxContentBytes: null, linkLifetimeMs: null, maxConcurrency: 16, maxArchives: null },
};

/** What the disk says, as a kind that a caller can act on. Paths of the disk stay out of messages. */
function diskError(error: unknown, what: string): FileSourceError {
  if (FileSourceError.is(error)) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  const facts = { vendorCode: code };
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return new FileSourceError('not-found', `there is no ${what}`, facts);
  if (code === 'EACCES' || code === 'EPERM') return new FileSourceError('permission-denied', `the ${what} is not readable for this process`, { ...facts, advice: 'Check the rights of the directory.' });
  return new FileSourceError('vendor-failure', `the disk failed with ${code}`, facts);
}

class FolderAdapter implements SourceAdapter {
  readonly capabilities = capabilities;
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async listPage(folder: string, options: PageOptions): Promise<Page<Entry>> {
    const after = options.cursor === undefined ? '' : parseCursor(options.cursor);
    const names = (await this.#read(folder)).map(({ name }) => name).sort();
    // Names, and not positions: what comes or goes before the cursor moves nothing.
    const rest = names.filter((name) => name > after);
    const page = rest.slice(0, options.pageSize ?? maxPageSize);
    const entries = await Promise.all(page.map((name) => this.#entry(folder, name)));
    const last = page.at(-1);
    return {
      items: entries.filter((entry) => entry !== undefined),
      total: names.length,
      ...(last !== undefined && rest.length > page.length ? { cursor: `after:${last}` } : {}),
    };
  }

  async stat(ref: Ref): Promise<Entry> {
    if (ref.file !== undefined) {
      const entry = await this.#entry(ref.folder, ref.file);
      if (entry?.kind === 'file') return entry;
      throw new FileSourceError('not-found', 'there is no such file in the folder');
    }
    const names = await this.#read(ref.folder);
    return { kind: 'folder', id: ref.folder, name: ref.folder.split(separator).at(-1) ?? ref.folder, modified: null, entryCount: names.length };
  }

  async open(ref: FileRef, { range }: OpenOptions): Promise<Content> {
    const entry = await this.stat(ref);
    if (entry.kind !== 'file' || entry.size === null) throw new FileSourceError('not-found', 'there is no such file in the folder');
    const { size: totalSize, validator, mediaType, name } = entry;
    const offset = range?.offset ?? 0;
    if (offset > totalSize) throw new FileSourceError('range-not-satisfiable', `the range starts at ${offset}, the file has ${totalSize} bytes`);
    const size = Math.min(range?.length ?? totalSize, totalSize - offset);
    const facts = { size, totalSize, offset, mediaType, name, validator };
    if (size === 0) return { ...facts, body: new PassThrough().end() };
    try {
      const file = await openFile(this.#path(ref.folder, ref.file), 'r');
      const body = new PassThrough();
      pipeline(file.createReadStream({ start: offset, end: offset + size - 1 }), body, (error) => {
        if (error !== undefined && error !== null && !body.destroyed) body.destroy(diskError(error, 'file'));
      });
      return { ...facts, body };
    } catch (error) {
      throw diskError(error, 'file');
    }
  }

  async link(): Promise<never> {
    throw new FileSourceError('unsupported', 'files on a disk have no URL');
  }

  async archive(): Promise<never> {
    throw new FileSourceError('unsupported', 'a disk makes no archives');
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }

  async #read(folder: string): Promise<Dirent[]> {
    try {
      const entries = await readdir(this.#path(folder), { withFileTypes: true });
      return entries.filter((entry) => entry.isFile() || entry.isDirectory());
    } catch (error) {
      throw diskError(error, 'folder');
    }
  }

  /** `undefined` for what is neither file nor folder (symbolic links are not followed), or has gone meanwhile. */
  async #entry(folder: string, name: string): Promise<Entry | undefined> {
    const facts = await lstat(this.#path(folder, name)).catch((error: unknown) => {
      const known = diskError(error, 'file');
      if (known.kind === 'not-found') return undefined;
      throw known;
    });
    if (facts?.isDirectory() === true) return { kind: 'folder', id: folder === '.' ? name : `${folder}${separator}${name}`, name, modified: facts.mtime, entryCount: null };
    if (facts?.isFile() !== true) return undefined;
    return { kind: 'file', folder, id: name, name, size: facts.size, mediaType: mediaTypeOf(name), modified: facts.mtime, validator: `${facts.mtimeMs}-${facts.size}-${facts.ino}` };
  }

  /** The path of an id; ids that could lead out of the directory are none. */
  #path(folder: string, file?: string): string {
    const segments = [...(folder === '.' ? [] : folder.split(separator)), ...(file === undefined ? [] : [file])];
    for (const segment of segments) {
      if (segment === '' || segment === '.' || segment === '..' || /[/\\\0]/.test(segment)) throw new FileSourceError('invalid-argument', `${JSON.stringify(segment)} is not the name of a folder or file`);
    }
    return join(this.#root, ...segments);
  }
}

function parseCursor(cursor: string): string {
  if (cursor.startsWith('after:') && cursor.length > 6) return cursor.slice(6);
  throw new FileSourceError('invalid-argument', 'this is not a cursor of this listing');
}

export const folderOnDisk = defineAdapter({
  name: 'folder-on-disk',
  providers: {
    'folder-on-disk': defineProvider({
      title: 'Folders and files of this machine',
      configSchema,
      account: ({ directory }) => `disk ${directory}`,
      create: ({ directory }) => new FolderAdapter(directory),
    }),
  },
});
