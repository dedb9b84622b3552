import type { Archive, ArchiveHandle, ArchiveSelection } from './archive/archive.ts';
import type { Capabilities } from './capability.ts';
import type { Content, OpenOptions } from './content.ts';
import type { Finding } from './diagnosis/finding.ts';
import type { Entry } from './entry.ts';
import type { Link, LinkOptions } from './link.ts';
import type { Operation } from './operation/operation.ts';
import type { FetchedPage, FetchOptions } from './paging.ts';
import type { FileRef, Ref } from './ref.ts';

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface AdapterArchiveOptions extends CallOptions {
  readonly onItemError: 'fail' | 'skip';
  /** The archive may come with `itemsListed`, before everything that was asked for is listed. */
  readonly itemsMayFollow?: boolean;
}

/**
 * What an adapter implements and what layers wrap: each call is one attempt, and core adds everything around it.
 * - `capabilities` is a promise to be held: what says `unsupported` throws `unsupported` and sends nothing.
 * - Failures are {@link FileSourceError}s whose kind and status are read from the vendor's answer.
 * - Nothing is cached across calls but what the vendor's wire needs.
 */
export interface SourceAdapter {
  readonly capabilities: Capabilities;
  /**
   * Promises that once `listPage`, the `fetch` of a page ahead, `stat`, `link` or `open` has resolved, nothing goes on under its signal but the body that it gave, and nobody
   * looks at that signal again.
   * - Core then uses a signal for up to a hundred calls, one after another, which makes each of them cheaper. What still listens keeps its signal for itself.
   * - Default: false. Leave it out where work goes on in the background.
   */
  readonly letsGoOfSignals?: boolean;
  /**
   * One page of a folder: its files and folders, each exactly once over all pages.
   * - With `readAhead`, the page may tell how to ask for those after it before their turn: see {@link FetchedPage.ahead}.
   * - A folder without entries is an empty page; a folder that the vendor says does not exist is `not-found`.
   */
  listPage(folder: string, options: FetchOptions): Promise<FetchedPage<Entry>>;
  /** The same facts as the listing gives for this entry. Throws `not-found` also for a file of another folder. */
  stat(ref: Ref, options: CallOptions): Promise<Entry>;
  /**
   * The bytes, as a stream that is not read yet.
   * - `offset` and `size` of the answer tell what the vendor really sends: when it ignored the range, core cuts it.
   * - What is not the file (an error page in its place) is an error and never a body.
   */
  open(file: FileRef, options: OpenOptions): Promise<Content>;
  link(ref: Ref, options: LinkOptions): Promise<Link>;
  archive(selection: ArchiveSelection, options: AdapterArchiveOptions): Promise<Operation<Archive>>;
  /**
   * An archive that another process started; only where `archiveAttach` is native.
   * - Looks at the job once: what it shows is in the operation's progress. Throws `conflict` for one that the vendor knows no more.
   * - Walks no folders before somebody waits for the result.
   */
  attach?(handle: ArchiveHandle, options: CallOptions): Promise<Operation<Archive>>;
  /**
   * Checks the settings against the vendor with calls that change nothing: reachability, clock, credentials, scopes, version, hosts of links.
   * - What it finds is never thrown; only an abort is. Each check is bounded in time, since no layer bounds them.
   * - Every finding but `ok` says what to do.
   */
  diagnose?(options: CallOptions): Promise<readonly Finding[]>;
  /** Gives up connections and logins. */
  close(): Promise<void>;
}
