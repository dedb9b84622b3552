import { dirname } from 'node:path';
import { formatRef, isFileRef, resolveRef, FileSourceError, type Content, type FileRef, type FileSource, type Hashing } from '@filesource/core';
import type { ArchiveLimits } from './archive/limits.ts';
import { openRemoteZip } from './archive/remote-zip.ts';
import { prepareFileTarget } from './local/file-target.ts';
import { PartFile } from './local/part-file.ts';
import { syncDirectory } from './local/sync-directory.ts';
import { checkSize, receive } from './receive.ts';
import type { ReceiptFile } from './receipt.ts';

export interface SaveFileOptions {
  readonly source: FileSource;
  readonly ref: string;
  readonly file: string;
  /** Only this entry of the file, which is a ZIP. */
  readonly entry?: string;
  /** Ceilings for the ZIP that the entry is of. */
  readonly limits?: Partial<ArchiveLimits>;
  readonly signal?: AbortSignal;
  readonly hashing: Hashing;
  /** Called after each chunk with the bytes so far. */
  readonly onProgress?: (bytes: number, totalBytes: number | null) => void;
}

/**
 * One file under a name of the caller's choice; `path` of the row is that name.
 * - The name appears only when the file is complete; throws otherwise, and leaves what was there as it was.
 */
export async function saveFile(options: SaveFileOptions): Promise<ReceiptFile> {
  const { source, file, signal, hashing, onProgress } = options;
  const ref = resolveRef(source.name, options.ref);
  if (!isFileRef(ref)) throw new FileSourceError('invalid-argument', 'a file is needed, and this is a folder', { ref: formatRef(source.name, ref), advice: 'Write source:folder/file.' });
  const target = await prepareFileTarget(file);
  const withSignal = signal === undefined ? {} : { signal };
  const content = options.entry === undefined ? await source.open(ref, withSignal) : await openEntry(source, ref, options.entry, { ...withSignal, ...(options.limits === undefined ? {} : { limits: options.limits }) });
  const part = new PartFile({ ...target, hashing, size: content.size });
  let bytes = 0;
  try {
    await receive(content.body, part, {
      ...withSignal,
      onBytes: (more) => {
        bytes += more;
        onProgress?.(bytes, content.size);
      },
    });
    const listed = content.size === null ? await source.stat(ref, withSignal) : null;
    checkSize(part.bytes, { announced: content.size, listed: listed?.kind === 'file' ? listed.size : null });
    await part.finish();
    await syncDirectory(dirname(target.finalPath));
    return { ref: formatRef(source.name, ref), name: content.name ?? listed?.name ?? null, path: file, size: part.bytes, sha256: part.sha256, status: 'ok' };
  } catch (error) {
    await part.discard();
    throw error;
  }
}

async function openEntry(source: FileSource, ref: FileRef, path: string, call: { readonly signal?: AbortSignal; readonly limits?: Partial<ArchiveLimits> }): Promise<Pick<Content, 'body' | 'size' | 'name'>> {
  const zip = await openRemoteZip({ source, ref, ...call });
  return { ...(await zip.open(path)), name: path.slice(path.lastIndexOf('/') + 1) };
}
