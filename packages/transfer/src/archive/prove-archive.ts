import { FileSourceError, formatRef, type ArchiveItem } from '@filesource/core';
import { toTransferError } from '../events.ts';
import type { ReceiptFile } from '../receipt.ts';
import type { ArchiveEntry } from './archive-entry.ts';
import { matchItems } from './match-items.ts';

export interface ArchiveProof {
  readonly files: readonly ReceiptFile[];
  readonly extras: readonly string[];
}

export interface ProveOptions {
  readonly source: string;
  readonly convertedIds?: ReadonlySet<string>;
  /** The one file itself came, whatever its name. */
  readonly isSingle?: boolean;
}

/** Compares what came with what was asked for: one row for each item, in their order. */
export function proveArchive(items: readonly ArchiveItem[], entries: readonly ArchiveEntry[], options: ProveOptions): ArchiveProof {
  const [onlyItem, ...others] = items;
  const [onlyEntry] = entries;
  if (options.isSingle === true && onlyItem !== undefined && others.length === 0 && onlyEntry !== undefined) {
    return { files: [row(onlyItem, onlyEntry, options.source)], extras: [] };
  }
  const { entryOf, extras } = matchItems(items, entries, options.convertedIds);
  return { files: items.map((item) => row(item, entryOf.get(item), options.source)), extras: extras.map((entry) => entry.path) };
}

function row(item: ArchiveItem, entry: ArchiveEntry | undefined, source: string): ReceiptFile {
  const ref = formatRef(source, item.ref);
  if (entry === undefined) {
    const error = item.error ?? new FileSourceError('not-found', 'the vendor left it out of the archive without a word', { advice: 'Check that the account may download it, then fetch it by itself.' });
    return { ref, name: item.name, path: null, size: item.size, sha256: null, status: 'missing', error: toTransferError(error) };
  }
  const error = entry.error ?? sizeError(item, entry);
  return {
    ref,
    name: item.name,
    path: entry.localPath ?? entry.path,
    size: entry.size,
    sha256: entry.sha256,
    ...(error === undefined ? { status: 'ok' as const } : { status: 'failed' as const, error: toTransferError(error) }),
  };
}

function sizeError(item: ArchiveItem, entry: ArchiveEntry): FileSourceError | undefined {
  if (item.size === null || item.size === entry.size) return undefined;
  const message = `the archive holds ${entry.size} bytes of it, the vendor lists ${item.size}`;
  return entry.size < item.size
    ? new FileSourceError('truncated', message, { status: 'persistent', advice: 'Fetch it by itself.' })
    : new FileSourceError('conflict', `${message}: it was changed`, { advice: 'Fetch it again.' });
}
