import { Readable } from 'node:stream';
import {
  FileSourceError,
  mediaTypeOf,
  native,
  unsupported,
  type Capabilities,
  type Content,
  type Entry,
  type FileEntry,
  type FileRef,
  type OpenOptions,
  type PageOptions,
  type SourceAdapter,
} from '@filesource/core';

export interface MemoryFile {
  readonly id: string;
  readonly name: string;
  readonly bytes: Buffer;
  readonly modified?: Date;
}

export interface MemoryFolder {
  readonly id: string;
  readonly name?: string;
  readonly files?: readonly MemoryFile[];
  /** Ids of the folders inside. */
  readonly folders?: readonly string[];
}

export interface MemoryAdapter extends SourceAdapter {
  /** Every call that was made, such as `open 1/2`. */
  readonly calls: readonly string[];
  /** Runs before a call; what it throws is the answer. */
  onCall: (call: string) => void | Promise<void>;
  /** Changes the body of a file that is opened, to cut, stall or corrupt it. */
  onBody: (file: FileRef, bytes: Buffer, options: OpenOptions) => Readable;
}

export interface MemoryOptions {
  /** Looked at anew by each call, so it may change. */
  readonly folders: readonly MemoryFolder[];
  readonly pageSize?: number;
  readonly capabilities?: Partial<Capabilities>;
}

const chunkBytes = 64 * 1024;

/** The simplest source there is: folders and files in memory, with ranges and without archives. */
export function createMemoryAdapter(options: MemoryOptions): MemoryAdapter {
  const calls: string[] = [];
  const maxPageSize = options.pageSize ?? 100;
  const capabilities: Capabilities = {
    list: native,
    stat: native,
    open: native,
    openRange: native,
    linkFile: unsupported('files in memory have no URL'),
    linkFolder: unsupported('files in memory have no URL'),
    archive: unsupported('there is no vendor that could make one'),
    archiveConvert: unsupported('there is no vendor that could convert'),
    archiveCancel: unsupported('there is no vendor that could cancel'),
    archiveAttach: unsupported('there is no vendor that could go on without this process'),
    openInMemory: true,
    limits: { maxPageSize, maxContentBytes: null, linkLifetimeMs: null, maxConcurrency: 64, maxArchives: null },
    ...options.capabilities,
  };

  const folderOf = (id: string): MemoryFolder => {
    const folder = options.folders.find((candidate) => candidate.id === id);
    if (folder === undefined) throw new FileSourceError('not-found', `there is no folder ${id}`);
    return folder;
  };
  const fileOf = (ref: FileRef): MemoryFile => {
    const file = folderOf(ref.folder).files?.find((candidate) => candidate.id === ref.file);
    if (file === undefined) throw new FileSourceError('not-found', `there is no file ${ref.file} in the folder ${ref.folder}`);
    return file;
  };
  const fileEntry = (folder: string, file: MemoryFile): FileEntry => ({
    kind: 'file',
    folder,
    id: file.id,
    name: file.name,
    size: file.bytes.length,
    mediaType: mediaTypeOf(file.name),
    modified: file.modified ?? null,
    validator: null,
  });
  const folderEntry = (folder: MemoryFolder): Entry => ({
    kind: 'folder',
    id: folder.id,
    name: folder.name ?? folder.id,
    modified: null,
    entryCount: (folder.files?.length ?? 0) + (folder.folders?.length ?? 0),
  });
  const called = async (call: string): Promise<void> => {
    calls.push(call);
    await adapter.onCall(call);
  };

  const adapter: MemoryAdapter = {
    capabilities,
    calls,
    onCall: () => undefined,
    onBody: (_file, bytes) => Readable.from(chunksOf(bytes)),
    async listPage(id: string, page: PageOptions) {
      await called(`list ${id}${page.cursor === undefined ? '' : ` from ${Number.parseInt(page.cursor, 10)}`}`);
      const folder = folderOf(id);
      const entries = [...(folder.folders ?? []).map((inner) => folderEntry(folderOf(inner))), ...(folder.files ?? []).map((file) => fileEntry(id, file))];
      const start = page.cursor === undefined ? 0 : startAfter(page.cursor, entries);
      const end = start + Math.min(page.pageSize ?? maxPageSize, maxPageSize);
      return { items: entries.slice(start, end), total: entries.length, ...(end < entries.length ? { cursor: `${end} ${cursorOf(entries[end - 1])}` } : {}) };
    },
    async stat(ref) {
      await called(`stat ${ref.folder}${ref.file === undefined ? '' : `/${ref.file}`}`);
      return ref.file === undefined ? folderEntry(folderOf(ref.folder)) : fileEntry(ref.folder, fileOf({ folder: ref.folder, file: ref.file }));
    },
    async open(ref, openOptions): Promise<Content> {
      await called(`open ${ref.folder}/${ref.file}`);
      const { bytes, name } = fileOf(ref);
      const offset = openOptions.range?.offset ?? 0;
      if (offset > bytes.length) throw new FileSourceError('range-not-satisfiable', `the range starts at ${offset}, the file has ${bytes.length} bytes`);
      const part = bytes.subarray(offset, openOptions.range?.length === undefined ? undefined : offset + openOptions.range.length);
      return { body: adapter.onBody(ref, part, openOptions), size: part.length, totalSize: bytes.length, offset, mediaType: mediaTypeOf(name), name, validator: null };
    },
    link: async () => {
      throw new FileSourceError('unsupported', 'files in memory have no URL');
    },
    archive: async () => {
      throw new FileSourceError('unsupported', 'there is no vendor that could make an archive');
    },
    close: async () => undefined,
  };
  return adapter;
}

/** Names the entry that came last, so that what comes and goes before it moves nothing. */
function cursorOf(entry: Entry | undefined): string {
  return `after ${entry?.kind} ${entry?.id}`;
}

function startAfter(cursor: string, entries: readonly Entry[]): number {
  const [, last] = /^\d+ (after (?:file|folder) .+)$/s.exec(cursor) ?? [];
  if (last === undefined) throw new FileSourceError('invalid-argument', 'this is not a cursor of this listing');
  const index = entries.findIndex((entry) => cursorOf(entry) === last);
  if (index < 0) throw new FileSourceError('conflict', 'the entry that the listing was to go on from is gone');
  return index + 1;
}

function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}
