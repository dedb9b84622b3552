import type { FileSourceError } from '../errors/file-source-error.ts';
import type { Content, OpenOptions } from '../content.ts';
import type { FileEntry } from '../entry.ts';
import type { Link } from '../link.ts';
import type { FileRef, Ref } from '../ref.ts';

/** What goes into an archive. */
export interface ArchiveSelection {
  readonly folders: readonly string[];
  readonly files: readonly FileRef[];
  /** File id to the ending that it is converted to, such as `.pdf`. */
  readonly convert: ReadonlyMap<string, string>;
  /** What the caller's listing showed just now of files in it: these need not be looked up. Missing: nothing. */
  readonly known?: readonly FileEntry[];
}

/** What finds an archive again that was started elsewhere. */
export interface ArchiveHandle {
  /** What the adapter's operation gave as its `token`. */
  readonly operation: string;
  readonly selection: ArchiveSelection;
  readonly started: Date;
}

export interface ArchiveOptions {
  readonly convert?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Entries of a listing that was made just now, for files among the refs: saves the requests that would look them up. */
  readonly known?: readonly FileEntry[];
  /**
   * What to do with a file that cannot be read while an archive is built here: `fail` ends the stream with its error,
   * `skip` leaves it out and sets its item's `error`. Default `fail`. A vendor that builds the archive decides by itself.
   */
  readonly onItemError?: 'fail' | 'skip';
  /** Refuse, before anything is started, what another process could not attach to: `unsupported`, or `too-large` for a token. */
  readonly needsToken?: boolean;
  /** Take the archive as soon as it can be opened, although what was asked for may still be being listed: see {@link Archive.itemsListed}. Default: no. */
  readonly itemsMayFollow?: boolean;
}

/** One file that was asked for: what an archive is checked against. */
export interface ArchiveItem {
  readonly ref: Ref;
  /** `null` when the vendor would not even tell the name. */
  readonly name: string | null;
  /** Where it should stand in the archive, before the vendor tells files of one path apart; `null` for no name. */
  readonly path: string | null;
  /** Bytes, where known; `null` also for a converted file. */
  readonly size: number | null;
  /** Why it is not in the archive, as far as that is known. */
  readonly error?: FileSourceError;
}

/**
 * - `single`: the one file that was asked for, as it is and not packed.
 */
export type ArchiveFormat = 'zip' | 'tar.gz' | 'single';

export interface ArchiveContent extends Content {
  readonly format: ArchiveFormat;
}

/**
 * A finished archive.
 * - `items` is what was asked for: an archive that lacks one of them is not complete, whatever the vendor says.
 * - Where `itemsListed` is there, that holds from when it resolves: until then `items` grows, and one that is in it stays as it is.
 */
export interface Archive {
  readonly name: string;
  readonly items: readonly ArchiveItem[];
  /** Only with `itemsMayFollow`: resolves when `items` is whole. Rejects with what ended the listing; then nothing proves the archive. */
  readonly itemsListed?: Promise<void>;
  /** What the vendor complained about although it delivered; such an archive may have holes. */
  readonly warning: string | null;
  readonly link: Link | null;
  open(options?: OpenOptions): Promise<ArchiveContent>;
}
