import type { Capabilities, CapabilityName, FileRef, FileSource, Limits, Support } from '@filesource/core';
import { optionalPlaces, type KnownFile, type KnownFolder, type OptionalPlace, type PlainFile, type World } from './world.ts';

export type MaybePromise<T> = T | Promise<T>;

/** What an adapter's author expects it to be able to do, layers included: the cases are chosen by it, and the source must declare it. */
export interface ExpectedCapabilities extends Readonly<Record<CapabilityName, Support['support']>> {
  readonly openInMemory: boolean;
  /** Those that are named must be as they are named. */
  readonly limits?: Partial<Limits>;
}

/** The expectation that a declaration fulfils, for a source that changes one thing of another. */
export function expectationOf(capabilities: Capabilities): ExpectedCapabilities {
  const { list, stat, open, openRange, linkFile, linkFolder, archive, archiveConvert, archiveCancel, archiveAttach, openInMemory, limits } = capabilities;
  return {
    list: list.support,
    stat: stat.support,
    open: open.support,
    openRange: openRange.support,
    linkFile: linkFile.support,
    linkFolder: linkFolder.support,
    archive: archive.support,
    archiveConvert: archiveConvert.support,
    archiveCancel: archiveCancel.support,
    archiveAttach: archiveAttach.support,
    openInMemory,
    limits,
  };
}

export interface SourceSettings {
  /** For one answer, and for the silence of a body. */
  readonly timeoutMs?: number;
  readonly maxAttempts?: number;
}

/** How often a control shows, from the moment that it is set. Default: always, until `calm`. */
export interface Times {
  readonly times?: number;
}

/**
 * What a backend can be told to do, and what it can be asked. All of it is optional: a case whose control is missing is not run,
 * and the harness has to say so in `without`.
 */
export interface Controls {
  // The backend's content, changed behind the source's back

  /** Makes a folder for one case. */
  plantFolder(files: readonly PlainFile[]): MaybePromise<KnownFolder>;
  addFile(folder: string, file: PlainFile): MaybePromise<KnownFile>;
  removeFile(file: FileRef): MaybePromise<void>;
  replaceFile(file: FileRef, bytes: Buffer): MaybePromise<void>;

  // Listings

  /** The second page of a listing has no entries, although more follow. */
  emptyPage(): void;
  /** Every page of a listing is the first. */
  ignoreCursor(): void;
  /** The second page asked for is the first once more; then the listing goes on as it should. */
  repeatPage(): void;

  // Bodies of files

  /** The connection breaks after so many bytes of a body. */
  cutBody(fault: Times & { readonly afterBytes: number }): void;
  /** The vendor falls silent after so many bytes of a body. */
  stallBody(fault: Times & { readonly afterBytes: number }): void;
  /** The vendor sends the whole file when it is asked for a part. */
  ignoreRange(): void;
  /** A page of HTML with status 200 stands in place of a file. */
  errorPage(fault: Times): void;
  /** Links that the vendor has given so far are dead. */
  expireLinks(): void;

  // All calls

  /** Answers that there were too many calls. */
  rateLimit(fault: Times & { readonly retryAfterMs: number }): void;
  /** Answers that the vendor has a problem of its own (5xx). */
  failCalls(fault: Times): void;
  /** Connections break before an answer. */
  dropCalls(fault: Times): void;
  /** No answer comes. */
  hangCalls(fault: Times): void;
  /** The API answers something that it never should, such as half a JSON or an HTML page. */
  garbleAnswers(fault: Times): void;

  // Operations

  /** An archive takes some seconds, and tells how far it is. */
  slowArchives(): void;

  // What can be seen

  /** Connections, or bodies that somebody still reads, as the backend or the transport sees them. */
  openConnections(): number;
  /** Calls that reached the backend so far. */
  requestCount(): number;
  /** Bytes of files that were sent so far; what surrounds them may be counted too. */
  bytesServed(): number;
  /** Everything that the sources of this harness logged so far, at the lowest level. */
  loggedText(): string;

  /** A source whose credentials the vendor refuses. */
  createSourceWithWrongCredentials(): MaybePromise<FileSource>;
}

export type ControlName = keyof Controls;

/** What a case needs beyond a world and a source. */
export type Need = ControlName | OptionalPlace;

/** One backend with a world in it, and sources over it. */
export interface Harness {
  readonly world: World;
  /** A new source over the backend, built as a host builds it: real ports, real layers. All sources of a harness have one name. */
  createSource(settings?: SourceSettings): MaybePromise<FileSource>;
  readonly controls?: Partial<Controls>;
  /** Ends every fault; called after each case. Needed as soon as there are controls that set one. */
  calm?(): MaybePromise<void>;
  /** Credentials of the sources: no error and no log may hold them. */
  readonly secrets?: readonly string[];
  close(): MaybePromise<void>;
}

/** What there is to work with, in a fixed order. */
export function offeredBy(harness: Harness): readonly Need[] {
  const places = optionalPlaces.filter((place) => harness.world[place] !== undefined);
  const controls = Object.entries(harness.controls ?? {}).flatMap(([name, control]) => (control === undefined ? [] : [name as ControlName]));
  return [...places, ...controls];
}
