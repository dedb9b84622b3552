/** Number for the portal's own entries, string (`sbox-1-|dir`) for those of a connected third-party storage. */
export type EntryId = number | string;

/** `owner`: only the owner; `everyone`: every signed-in user; a list: these user names and the owner. */
export type Readers = 'owner' | 'everyone' | readonly string[];

export type SectionName =
  | '@my'
  | '@common'
  | '@share'
  | '@favorites'
  | '@recent'
  | '@trash'
  | '@templates'
  | '@privacy'
  | '@projects'
  | 'rooms';

export interface User {
  readonly id: string;
  readonly userName: string;
  readonly password: string;
  readonly displayName: string;
  readonly admin: boolean;
  readonly disabled: boolean;
  /** With a code, signing in takes the second step `POST authentication/{code}`. */
  readonly tfaCode?: string;
}

export interface ApiKey {
  readonly key: string;
  readonly userName: string;
  /** `files:read`, `files:write`, `*`, `*:read`, ...; absent: everything. */
  readonly permissions?: readonly string[];
}

export interface Provider {
  readonly key: string;
  readonly id: number;
}

interface Node {
  readonly id: EntryId;
  title: string;
  readonly ownerId: string;
  readonly created: number;
  updated: number;
  /** Absent: as the folder above says. */
  readers?: Readers;
  denyDownload?: boolean;
  favorite?: boolean;
  recent?: boolean;
  readonly provider?: Provider;
}

export interface FolderNode extends Node {
  readonly kind: 'folder';
  parentId: EntryId | undefined;
  readonly section: SectionName;
}

export interface FileVersion {
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly modified: number;
}

export interface FileNode extends Node {
  readonly kind: 'file';
  folderId: EntryId;
  /** Oldest first. */
  readonly versions: FileVersion[];
  /** Conversion of this file needs this password. */
  password?: string;
}

export type EntryNode = FolderNode | FileNode;
