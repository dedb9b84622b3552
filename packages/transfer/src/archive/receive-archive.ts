import { FileSourceError, toFileSourceError, type Archive, type ArchiveContent, type ByteRange, type Clock, type FileSource } from '@filesource/core';
import type { PartFile } from '../local/part-file.ts';
import { receiveInRanges } from '../ranges/receive-in-ranges.ts';
import type { SparePlaces } from '../ranges/spare-places.ts';
import { receive, type ReceiveOptions } from '../receive.ts';

interface VendorArchive {
  readonly source: FileSource;
  readonly clock: Clock;
  /** For ranges, where one connection is slow. */
  readonly places: SparePlaces;
  /** Longest silence. */
  readonly idleTimeoutMs: number;
}

export interface ReceiveArchiveOptions {
  /** For an archive that the vendor made: core watches over what it makes itself. */
  readonly vendor?: VendorArchive;
  readonly signal?: AbortSignal;
  readonly onBytes: (bytes: number, totalBytes: number | null) => void;
}

const mostFruitless = 3;

/**
 * Writes the bytes of an archive into a part, and goes on by range where a connection breaks, or in several ranges where it is slow.
 * - Throws `truncated` for fewer bytes than announced, `conflict` when the archive became another one on the way, `corrupt` for a
 *   vendor's archive that grows far beyond the files in it.
 */
export async function receiveArchive(archive: Archive, first: ArchiveContent, part: PartFile, options: ReceiveArchiveOptions): Promise<void> {
  const { vendor, signal, onBytes } = options;
  const withSignal = signal === undefined ? {} : { signal };
  let mostBytes = Number.POSITIVE_INFINITY;
  const bound = (): void => {
    mostBytes = plausibleBytes(archive);
  };
  // What core makes tells its files only while it is read.
  if (vendor !== undefined) {
    if (archive.itemsListed === undefined) bound();
    else archive.itemsListed.then(bound, () => undefined);
  }
  const onTaken = (): void => {
    onBytes(part.bytes, first.size);
    if (part.bytes > mostBytes) throw new FileSourceError('corrupt', `${part.bytes} bytes came and no end, far more than the files in the archive have`);
  };
  let content = first;
  let fruitless = 0;
  for (;;) {
    const before = part.bytes;
    try {
      await receiveFrom(archive, content, part, { ...withSignal, onBytes: onTaken }, vendor);
      if (first.size !== null && part.bytes < first.size) throw new FileSourceError('truncated', `only ${part.bytes} of ${first.size} bytes came`);
      break;
    } catch (thrown) {
      const error = toFileSourceError(thrown);
      fruitless = part.bytes > before ? 0 : fruitless + 1;
      const goesOn = error.status === 'temporary' && first.size !== null && fruitless < mostFruitless && signal?.aborted !== true;
      const next = goesOn ? await reopen(archive, part.bytes, withSignal) : undefined;
      if (next === undefined) throw error.status === 'temporary' ? error.with({ status: 'persistent' }, true) : error;
      checkSame(first, next, part.bytes);
      content = next;
    }
  }
  if (first.size !== null && part.bytes > first.size) throw new FileSourceError('corrupt', `${part.bytes} bytes came, ${first.size} were announced`);
}

async function receiveFrom(archive: Archive, content: ArchiveContent, part: PartFile, receiving: ReceiveOptions, vendor: VendorArchive | undefined): Promise<void> {
  if (vendor === undefined) return receive(content.body, part, receiving);
  const { source, clock, places, idleTimeoutMs } = vendor;
  const open = (range: ByteRange, signal: AbortSignal): Promise<ArchiveContent> => archive.open({ range, signal });
  // A file that comes as it is has no checksums. A later archive of the same user takes the place of this one at the vendor.
  const inRanges = { source, clock, places, open, hasChecksums: content.format !== 'single', keepsFirst: true };
  return receiveInRanges(content, part, { ...receiving, idle: { clock, timeoutMs: idleTimeoutMs } }, inRanges);
}

/** The rest, or nothing where there are no ranges. */
async function reopen(archive: Archive, offset: number, withSignal: { readonly signal?: AbortSignal }): Promise<ArchiveContent | undefined> {
  try {
    return await archive.open({ range: { offset }, ...withSignal });
  } catch (error) {
    if (FileSourceError.is(error, 'aborted', 'unauthenticated')) throw error;
    return undefined;
  }
}

function checkSame(first: ArchiveContent, next: ArchiveContent, offset: number): void {
  const differ = (a: string | number | null, b: string | number | null): boolean => a !== null && b !== null && a !== b;
  if (next.offset === offset && !differ(first.validator, next.validator) && !differ(first.totalSize, next.totalSize)) return;
  next.body.destroy();
  throw new FileSourceError('conflict', 'the archive was replaced by another one while it was being read', { advice: 'Fetch it again.' });
}

/** No packing makes files this much larger; unlimited where a size is not known. */
function plausibleBytes({ items }: Archive): number {
  const bytes = items.reduce((sum, { size }) => sum + (size ?? Number.POSITIVE_INFINITY), 0);
  return 2 * bytes + items.length * 8192 + 16 * 1024 * 1024;
}
