import type { Capabilities, EntryJson, ErrorKind } from '@filesource/core';

export type Entry = EntryJson & {
  /** Of a file: the folder that it was reached through. */
  readonly folder: string | null;
};

export interface SourceInfo {
  readonly name: string;
  readonly provider: string;
  readonly capabilities: Capabilities;
}

export interface EntryPage {
  readonly items: readonly Entry[];
  readonly nextCursor: string | null;
}

/** What the gateway answers when something goes wrong (problem+json); texts are the gateway's own, in English. */
export interface Problem {
  readonly kind: ErrorKind;
  readonly detail: string;
  readonly advice?: string;
}

export type DownloadState = 'running' | 'fetching' | 'succeeded' | 'incomplete' | 'failed' | 'cancelled';

/** A bulk download as the gateway tells it. */
export interface OperationJson {
  readonly id: string;
  readonly source: string;
  readonly state: DownloadState;
  readonly percent: number | null;
  readonly processed: number | null;
  readonly bytes: number;
  readonly totalBytes: number | null;
  readonly error: { readonly kind: ErrorKind; readonly message: string; readonly advice: string | null } | null;
  readonly receipt: string | null;
  readonly content: string | null;
}
