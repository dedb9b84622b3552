import { Readable } from 'node:stream';
import { createPolledOperation, native, type Archive, type ArchiveItem, type Clock, type FileSource, type Observation, type SourceAdapter } from '@filesource/core';
import { createMemoryAdapter, realClock, type MemoryAdapter, type MemoryFile } from '@filesource/testkit';
import { sourceOver, zipOf, type ZipInput } from './helpers.ts';

export interface PackingOptions {
  readonly clock?: Clock;
  readonly folders?: Readonly<Record<string, readonly MemoryFile[]>>;
  /** Of each request. */
  readonly latencyMs?: number;
  readonly packMs?: number;
}

/** A vendor in memory that packs what it is asked for; every request takes its time on the clock. */
export interface PackingSource {
  readonly source: FileSource;
  readonly adapter: MemoryAdapter;
  /** Such as `list 1`, `open 1/2`, `archive 260`, `poll`, `cancel`, `download`. */
  readonly requests: string[];
  /** Ids of the files that each archive was asked for. */
  readonly asked: string[][];
  /** What the vendor puts into an archive in place of the files; may be changed by a test. */
  pack: (entries: readonly ZipInput[]) => readonly ZipInput[];
  /** What the packed bytes become on the way. */
  change: (bytes: Buffer) => Buffer;
  /** What the body of an archive is. */
  bodyOf: (bytes: Buffer) => Readable;
  /** Runs before an archive is started; what it throws is the vendor's answer. */
  onStart: () => void | Promise<void>;
}

export function packingSource(files: readonly MemoryFile[], options: PackingOptions = {}): PackingSource {
  const { clock = realClock, latencyMs = 0, packMs = 0, folders = { 1: files } } = options;
  const limits = { maxPageSize: 100, maxContentBytes: null, linkLifetimeMs: null, maxConcurrency: 8, maxArchives: 1, requestsPerOpen: 2 };
  const memory = createMemoryAdapter({
    folders: Object.entries(folders).map(([id, inside]) => ({ id, files: inside })),
    capabilities: { archive: native, archiveCancel: native, openRange: native, limits },
  });
  const requests: string[] = [];
  const request = async (name: string, count = 1): Promise<void> => {
    for (let made = 0; made < count; made += 1) {
      requests.push(name);
      if (latencyMs > 0) await clock.sleep(latencyMs);
    }
  };
  memory.onCall = (call) => request(call, call.startsWith('open') ? limits.requestsPerOpen : 1);
  const fileOf = (folder: string, id: string | undefined): MemoryFile | undefined => folders[folder]?.find((file) => file.id === id);

  const made: PackingSource = {
    source: undefined as never,
    adapter: memory,
    requests,
    asked: [],
    pack: (entries) => entries,
    change: (bytes) => bytes,
    bodyOf: (bytes) => Readable.from([bytes]),
    onStart: () => undefined,
  };
  const adapter: SourceAdapter = {
    ...memory,
    archive: async (selection) => {
      await request(`archive ${selection.files.length}`);
      await made.onStart();
      made.asked.push(selection.files.map(({ file }) => file));
      const wanted = selection.files.map((ref) => ({ ref, file: fileOf(ref.folder, ref.file) }));
      const items: ArchiveItem[] = wanted.map(({ ref, file }) => ({ ref, name: file?.name ?? null, path: file?.name ?? null, size: file?.bytes.length ?? null }));
      const bytes = made.change(await zipOf(made.pack(wanted.flatMap(({ file }) => (file === undefined ? [] : [{ path: file.name.replace(/[\\/:*?"<>|]/g, '_'), content: file.bytes }])))));
      const archive: Archive = {
        name: 'download.zip',
        items,
        warning: null,
        link: null,
        open: async () => {
          await request('download');
          return { body: made.bodyOf(bytes), size: bytes.length, totalSize: bytes.length, offset: 0, mediaType: null, name: 'download.zip', validator: null, format: 'zip' };
        },
      };
      const startedMs = clock.now();
      const look = (): Observation<Archive> => {
        const share = packMs === 0 ? 1 : (clock.now() - startedMs) / packMs;
        return share >= 1 ? { status: 'succeeded', result: archive } : { status: 'running', percent: Math.floor(share * 100) };
      };
      return createPolledOperation<Archive>({
        clock,
        poll: async () => {
          await request('poll');
          return look();
        },
        cancel: async () => request('cancel'),
      });
    },
  };
  return Object.assign(made, { source: sourceOver(adapter, 'documents', clock) });
}

/** So many files with contents and sizes of their own. */
export function manyFiles(count: number, from = 1): MemoryFile[] {
  return Array.from({ length: count }, (_, index) => {
    const id = String(from + index);
    return { id, name: `Exposé ${id}.txt`, bytes: Buffer.from(`content of ${id} `.repeat(1 + (index % 7))) };
  });
}
