import { pipeline, Transform, type Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { FileSourceError, throwIfAborted, toFileSourceError, type Archive, type CallOptions, type FileSource, type RefLike } from '@filesource/core';
import { corruptEntry } from './archive-entry.ts';
import { LimitGuard, type ArchiveLimits } from './limits.ts';
import { openPacked } from './packed-entry.ts';
import { RemoteFile, RemoteWindow, type OpenRemote } from './remote-file.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';

export type RemoteZipOptions = CallOptions & { readonly limits?: Partial<ArchiveLimits> } & (
    | { readonly source: FileSource; readonly ref: RefLike }
    /** The result of an archive operation. */
    | { readonly archive: Archive }
  );

export interface RemoteZipEntry {
  /** As the archive writes it; never use it as a local path. */
  readonly path: string;
  readonly size: number;
  readonly packedSize: number;
  /** Why it cannot be read: encrypted, a link, a method that is not known. */
  readonly error?: FileSourceError;
}

export interface RemoteZip {
  /** Its files, in the order of its directory. */
  readonly entries: readonly RemoteZipEntry[];
  /**
   * The bytes of one entry, unpacked.
   * - The body fails with `corrupt` at its end when size or CRC-32 are not those of the directory. Destroy it when you stop early.
   * - Throws `not-found`; `conflict` for a path that several entries have, and when the archive was replaced meanwhile.
   */
  open(path: string, options?: CallOptions): Promise<{ readonly size: number; readonly body: Readable }>;
}

/**
 * Reads a ZIP at the vendor by ranges: its directory first, then only the entries that are asked for.
 * - Throws `unsupported` where the vendor has no ranges: each of them would fetch everything before it.
 * - Throws `truncated` or `corrupt` for what is no whole ZIP, `too-large` past a ceiling.
 */
export async function openRemoteZip(options: RemoteZipOptions): Promise<RemoteZip> {
  const { signal, limits = {} } = options;
  const file = await RemoteFile.open(openerOf(options), signal);
  // Ceilings of bytes and ratio count for what is unpacked, and that is one entry.
  const guard = new LimitGuard({ ...limits, maxBytes: Number.POSITIVE_INFINITY, maxRatio: Number.POSITIVE_INFINITY }, file.size);
  const entries = (await readZipDirectory(new RemoteWindow(file), file.size, guard)).filter((entry) => !entry.isDirectory);
  return {
    entries: entries.map(({ path, size, packedSize, error }) => ({ path, size, packedSize, ...(error === undefined ? {} : { error }) })),
    open: async (path, call = {}) => {
      const entry = findEntry(entries, path);
      new LimitGuard(limits, entry.packedSize).addBytes(entry.size);
      throwIfAborted(call.signal ?? signal);
      return { size: entry.size, body: await openEntry(file, entry, call.signal ?? signal) };
    },
  };
}

function openerOf(options: RemoteZipOptions): OpenRemote {
  if ('archive' in options) return (call) => options.archive.open(call);
  const { source, ref } = options;
  const { openRange } = source.capabilities;
  if (openRange.support === 'native') return (call) => source.open(ref, call);
  const why = openRange.support === 'emulated' ? openRange.cost : openRange.reason;
  throw new FileSourceError('unsupported', `${source.name} has no ranges, so one entry of an archive cannot be read by itself: ${why}`, { source: source.name, advice: 'Fetch the archive whole.' });
}

function findEntry(entries: readonly ZipEntry[], path: string): ZipEntry {
  const [entry, ...others] = entries.filter((candidate) => candidate.path === path);
  if (entry === undefined) {
    const some = entries.slice(0, 20).map((candidate) => JSON.stringify(candidate.path)).join(', ');
    throw new FileSourceError('not-found', `the archive has no entry ${JSON.stringify(path)}`, { advice: `It has ${entries.length}: ${some}${entries.length > 20 ? ', …' : ''}` });
  }
  if (others.length > 0) throw new FileSourceError('conflict', `the archive has ${others.length + 1} entries ${JSON.stringify(path)}`, { advice: 'Fetch it whole: they are kept apart then.' });
  if (entry.error !== undefined) throw entry.error;
  return entry;
}

async function openEntry(file: RemoteFile, entry: ZipEntry, signal: AbortSignal | undefined): Promise<Readable> {
  const packed = await openPacked(file, entry, signal);
  const checked = new CheckedEntry(entry);
  if (entry.method === 0 || entry.packedSize === 0) pipeline(packed, checked, ignore);
  else pipeline(packed, createInflateRaw({ chunkSize: 64 * 1024 }), checked, ignore);
  return checked;
}

function ignore(): void {
  // Whoever reads the end of the pipeline gets the error.
}

/** Passes the bytes of an entry on, and fails unless they are the ones that the directory promises. */
class CheckedEntry extends Transform {
  readonly #entry: ZipEntry;
  #received = 0;
  #crc = 0;

  constructor(entry: ZipEntry) {
    super();
    this.#entry = entry;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null, chunk?: Buffer) => void): void {
    const { path, size } = this.#entry;
    this.#received += chunk.length;
    this.#crc = crc32(chunk, this.#crc);
    if (this.#received > size) done(corruptEntry(path, `it has more bytes than the ${size} that the directory says`));
    else done(null, chunk);
  }

  override _flush(done: (error?: Error | null) => void): void {
    const { path, size, crc32: expected } = this.#entry;
    if (this.#received !== size) done(corruptEntry(path, `it has ${this.#received} bytes, the directory says ${size}`));
    else if (this.#crc !== expected) done(corruptEntry(path, 'its checksum does not fit its bytes'));
    else done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (error === null || FileSourceError.is(error)) done(error);
    else done((error as { code?: string }).code?.startsWith('Z_') === true ? corruptEntry(this.#entry.path, 'it cannot be unpacked', error) : toFileSourceError(error));
  }
}
