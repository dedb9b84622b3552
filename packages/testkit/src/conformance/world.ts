import type { FileRef, Ref } from '@filesource/core';

/** A file to be planted: what a backend is given. */
export interface PlainFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** A file that is known to be there, under the id that the vendor gave it and the name that the source must tell. */
export interface KnownFile extends PlainFile {
  readonly folder: string;
  readonly id: string;
}

/** A folder and everything directly inside it. */
export interface KnownFolder {
  readonly id: string;
  /** Left out where the vendor has no names for folders. */
  readonly name?: string;
  readonly files: readonly KnownFile[];
  readonly folders?: readonly KnownFolder[];
}

/** Parts of a world that not every vendor can hold. */
export interface OptionalWorld {
  /** Files whose names mean harm: `../../etc/passwd`, line breaks, nothing but dots. */
  readonly hostile?: KnownFolder;
  /** Two files of one name and different content, and nothing else. */
  readonly twins?: KnownFolder;
  /** At least one folder inside, with at least one file in it; and at least one file beside it. */
  readonly nested?: KnownFolder;
  /** 3 MiB or more. */
  readonly large?: KnownFile;
  /** An id that could be a folder's; left out where the vendor answers it like an empty folder. */
  readonly missingFolder?: string;
  /** Something that is there, and not for the account of the sources. */
  readonly forbidden?: Ref;
  /** A file larger than `limits.maxContentBytes`. */
  readonly tooLarge?: FileRef;
  /** A file that the vendor converts, and an ending that it converts it to. */
  readonly convertible?: { readonly file: FileRef; readonly ending: string };
}

/**
 * What the backend of a harness holds. Nothing else may stand in the folders named here.
 * - {@link plantStandardWorld} makes most of it.
 */
export interface World extends OptionalWorld {
  /** Files of several kinds with German names: one of at least 200,000 bytes, one of a single byte, one of none. */
  readonly documents: KnownFolder;
  /** Asked for by the paging cases; at most the source's `limits.maxPageSize`. */
  readonly pageSize: number;
  /** More than three pages of `pageSize` files, the last page not full. */
  readonly many: KnownFolder;
  /** Two pages of `pageSize` files, the last page exactly full. */
  readonly full: KnownFolder;
  readonly empty: KnownFolder;
  /** A file that is not there, in a folder that is. */
  readonly missingFile: FileRef;
  /** A file that is there, addressed through a folder that does not hold it. */
  readonly elsewhere: FileRef;
  /** Addresses that this vendor's ids can never be; may be empty. */
  readonly invalid: readonly Ref[];
}

export type OptionalPlace = keyof OptionalWorld;
export const optionalPlaces: readonly OptionalPlace[] = ['hostile', 'twins', 'nested', 'large', 'missingFolder', 'forbidden', 'tooLarge', 'convertible'];
