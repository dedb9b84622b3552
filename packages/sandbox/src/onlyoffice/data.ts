import type { EntryId, Provider, Readers, SectionName } from './model.ts';

export interface FileSpec {
  /** Absent: the next free number. File ids and folder ids are counted apart, as the portal does. */
  readonly id?: EntryId;
  readonly title: string;
  /** One content, or the contents of all versions, oldest first. */
  readonly content: Uint8Array | string | readonly Uint8Array[];
  /** ISO date. */
  readonly modified?: string;
  readonly readers?: Readers;
  readonly owner?: string;
  readonly denyDownload?: boolean;
  readonly favorite?: boolean;
  readonly recent?: boolean;
  readonly password?: string;
}

export interface FolderSpec {
  readonly id?: EntryId;
  readonly title: string;
  readonly folders?: readonly FolderSpec[];
  readonly files?: readonly FileSpec[];
  readonly readers?: Readers;
  readonly owner?: string;
  readonly denyDownload?: boolean;
  readonly favorite?: boolean;
  readonly modified?: string;
  readonly provider?: Provider;
}

/** A root folder. `@my` and `@trash` exist once per user, so they name their `owner`. */
export interface SectionSpec extends Omit<FolderSpec, 'title'> {
  readonly section: SectionName;
  readonly title?: string;
}
