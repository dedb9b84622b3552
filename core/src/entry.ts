/** A file as a listing or a stat shows it. */
export interface FileEntry {
  readonly kind: 'file';
  /** The vendor's id of the folder that it was reached through. */
  readonly folder: string;
  readonly id: string;
  /** For people; hostile input for local paths, and not unique. */
  readonly name: string;
  /** Bytes, where the vendor says so. */
  readonly size: number | null;
  readonly mediaType: string | null;
  readonly modified: Date | null;
  /** Changes when the content changes; `null` where the vendor offers nothing of the kind. */
  readonly validator: string | null;
}

/** A folder: the vendor's own container, such as an address record, an appointment or a DocSpace folder. */
export interface FolderEntry {
  readonly kind: 'folder';
  readonly id: string;
  readonly name: string;
  readonly modified: Date | null;
  /** Files and folders directly inside, where the vendor says so. */
  readonly entryCount: number | null;
}

export type Entry = FileEntry | FolderEntry;

/** An entry as a source hands it out: with its address as text, `contacts:1237/1757`. */
export type SourceEntry = Entry & { readonly ref: string };
export type SourceFileEntry = FileEntry & { readonly ref: string };

/** One line of `list --json`. */
export interface EntryJson {
  readonly kind: 'file' | 'folder';
  readonly ref: string;
  readonly id: string;
  readonly name: string;
  readonly size: number | null;
  readonly mediaType: string | null;
  readonly modified: string | null;
}

export function entryToJson(entry: SourceEntry): EntryJson {
  return {
    kind: entry.kind,
    ref: entry.ref,
    id: entry.id,
    name: entry.name,
    size: entry.kind === 'file' ? entry.size : null,
    mediaType: entry.kind === 'file' ? entry.mediaType : null,
    modified: entry.modified?.toISOString() ?? null,
  };
}
