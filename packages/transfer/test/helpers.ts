import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, expect } from '@jest/globals';
import {
  createFileSource,
  createFinishedOperation,
  FileSourceError,
  native,
  type Archive,
  type ArchiveFormat,
  type ArchiveItem,
  type Clock,
  type FileEntry,
  type FileSource,
  type Hashing,
  type Operation,
  type SourceAdapter,
} from '@filesource/core';
import { createMemoryAdapter, createTestPorts, nodeHashing, realClock, type MemoryFile, type MemoryFolder, type VirtualClock } from '@filesource/testkit';
import yazl from 'yazl';
import { pull, type Receipt, type TransferListener } from '../src/index.ts';

const temporary: string[] = [];

afterEach(async () => {
  for (const directory of temporary.splice(0)) await rm(directory, { recursive: true, force: true });
});

/** An empty directory that is gone after the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'filesource-transfer-'));
  temporary.push(directory);
  return directory;
}

/** Every file below a directory, sorted, with `/`. */
export async function filesBelow(directory: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (path: string): Promise<void> => {
    for (const entry of await readdir(join(directory, path), { withFileTypes: true })) {
      const inner = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) await visit(inner);
      else found.push(inner);
    }
  };
  await visit('');
  return found.sort();
}

export async function textOf(directory: string, path: string): Promise<string> {
  return readFile(join(directory, path), 'utf8');
}

export function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function file(id: string, name: string, content: string | Buffer = `content of ${id}`): MemoryFile {
  return { id, name, bytes: Buffer.from(content) };
}

/** A source over an adapter, with retries that hardly wait. */
export function sourceOver(adapter: SourceAdapter, name = 'contacts', clock: Clock = realClock): FileSource {
  return createFileSource({ name, provider: 'memory', adapter, ports: createTestPorts({ clock }), limiter: (run) => run(), retry: { maxAttempts: 2, baseDelayMs: 1 } });
}

export function memorySource(folders: readonly MemoryFolder[], name = 'contacts'): { adapter: ReturnType<typeof createMemoryAdapter>; source: FileSource } {
  const adapter = createMemoryAdapter({ folders, pageSize: 3 });
  return { adapter, source: sourceOver(adapter, name) };
}

export function sourcesOf(...sources: readonly FileSource[]): { get(name: string): FileSource } {
  return {
    get: (name) => {
      const source = sources.find((candidate) => candidate.name === name);
      if (source === undefined) throw new Error(`there is no source ${name}`);
      return source;
    },
  };
}

export interface ZipInput {
  readonly path: string;
  readonly content?: string | Buffer;
  readonly store?: boolean;
  readonly mode?: number;
}

export async function zipOf(inputs: readonly ZipInput[]): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const { path, content = '', store = false, mode } of inputs) {
    if (path.endsWith('/')) zip.addEmptyDirectory(path);
    else zip.addBuffer(Buffer.from(content), path, { compress: !store, ...(mode === undefined ? {} : { mode }) });
  }
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Replaces a text in a buffer by another of the same length, wherever it stands: for names that no packer writes. */
export function patch(bytes: Buffer, from: string, to: string | Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const replacement = Buffer.from(to);
  for (let at = copy.indexOf(from); at >= 0; at = copy.indexOf(from, at + 1)) replacement.copy(copy, at);
  return copy;
}

export interface VendorArchive {
  readonly bytes: Buffer;
  readonly items: readonly ArchiveItem[];
  readonly itemsListed?: Promise<void>;
  readonly format?: ArchiveFormat;
  readonly name?: string;
  readonly warning?: string;
  /** In place of the true length. */
  readonly size?: number | null;
  readonly body?: (offset: number) => Readable;
  readonly operation?: (archive: Archive) => Operation<Archive>;
}

/** A source whose vendor makes archives: the one given, whatever is asked for. */
export function archivingSource(given: VendorArchive, clock?: Clock): { source: FileSource; asked: { convert: ReadonlyMap<string, string> }[]; opened: number[] } {
  const asked: { convert: ReadonlyMap<string, string> }[] = [];
  const opened: number[] = [];
  const memory = createMemoryAdapter({ folders: [], capabilities: { archive: native, archiveConvert: native, archiveCancel: native } });
  const archive: Archive = {
    name: given.name ?? 'documents.zip',
    items: given.items,
    ...(given.itemsListed === undefined ? {} : { itemsListed: given.itemsListed }),
    warning: given.warning ?? null,
    link: null,
    open: async (options = {}) => {
      const offset = options.range?.offset ?? 0;
      opened.push(offset);
      const size = given.size === undefined ? given.bytes.length - offset : given.size;
      return {
        body: given.body?.(offset) ?? Readable.from([given.bytes.subarray(offset)]),
        size,
        totalSize: given.size === undefined ? given.bytes.length : given.size,
        offset,
        mediaType: null,
        name: given.name ?? null,
        validator: null,
        format: given.format ?? 'zip',
      };
    },
  };
  const adapter: SourceAdapter = {
    ...memory,
    archive: async (selection) => {
      asked.push({ convert: selection.convert });
      return given.operation?.(archive) ?? createFinishedOperation(archive);
    },
  };
  return { source: sourceOver(adapter, 'documents', clock), asked, opened };
}

export function item(id: string, path: string | null, content: string | Buffer | null): ArchiveItem {
  return { ref: { folder: '1', file: id }, name: path?.split('/').at(-1) ?? null, path, size: content === null ? null : Buffer.byteLength(content) };
}

export function runPull(source: FileSource, directory: string, given: { readonly signal?: AbortSignal; readonly concurrency?: number; readonly refs?: readonly string[]; readonly clock?: Clock; readonly receiptFile?: string; readonly hashing?: Hashing; readonly onEvent?: TransferListener } = {}): Promise<Receipt> {
  return pull({ sources: sourcesOf(source), refs: ['contacts:1'], directory, clock: realClock, hashing: nodeHashing, concurrency: 1, ...given });
}

/** Hashing that tells after each chunk how many bytes it has seen. */
export function watchedHashing(onBytes: (bytes: number) => void): Hashing {
  let seen = 0;
  return {
    ...nodeHashing,
    sha256: () => {
      const hash = nodeHashing.sha256();
      return {
        hex: () => hash.hex(),
        update: (chunk) => {
          hash.update(chunk);
          seen += chunk.length;
          onBytes(seen);
        },
      };
    },
  };
}

/** Pulls until a file is reached at which the process would die. */
export async function breakOffAt(id: string, files: readonly MemoryFile[], directory: string): Promise<void> {
  const { adapter, source } = memorySource([{ id: '1', files }]);
  const stop = new AbortController();
  adapter.onCall = (call) => {
    if (call === `open 1/${id}`) stop.abort();
  };
  await expect(runPull(source, directory, { signal: stop.signal })).rejects.toMatchObject({ kind: 'aborted' });
}

export interface ValidatedSource {
  readonly adapter: ReturnType<typeof createMemoryAdapter>;
  readonly source: FileSource;
  readonly offsets: number[];
  /** Position at which every connection breaks from now on. */
  breakAt?: number;
}

/** A vendor with validators and ranges. */
export function validatedSource(files: readonly MemoryFile[], validator = 'v1'): ValidatedSource {
  const adapter = createMemoryAdapter({ folders: [{ id: '1', files }], capabilities: { openRange: native } });
  const offsets: number[] = [];
  const validated: SourceAdapter = {
    ...adapter,
    listPage: async (folder, page) => {
      const listed = await adapter.listPage(folder, page);
      return { ...listed, items: listed.items.map((entry) => (entry.kind === 'file' ? ({ ...entry, validator } satisfies FileEntry) : entry)) };
    },
    open: async (ref, options) => {
      const offset = options.range?.offset ?? 0;
      offsets.push(offset);
      const content = await adapter.open(ref, options);
      const { breakAt } = given;
      if (breakAt === undefined || (content.totalSize ?? 0) <= breakAt) return { ...content, validator };
      return { ...content, validator, body: Readable.from(breakOff(content.body, breakAt - offset)) };
    },
  };
  const given: ValidatedSource = { adapter, source: sourceOver(validated), offsets };
  return given;
}

async function* breakOff(body: Readable, after: number): AsyncGenerator<Buffer, void, undefined> {
  let left = after;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (left > 0) yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) break;
  }
  throw new FileSourceError('network', 'the line went dead');
}

/** Waits until somebody waits by this clock. */
export async function untilSleeping(clock: VirtualClock): Promise<void> {
  while (clock.sleeping === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}
