import type { Archive, ArchiveOptions } from './archive/archive.ts';
import type { Capabilities } from './capability.ts';
import type { Content, OpenOptions } from './content.ts';
import type { Finding } from './diagnosis/finding.ts';
import type { SourceEntry } from './entry.ts';
import type { Link, LinkOptions } from './link.ts';
import type { Operation } from './operation/operation.ts';
import type { Listing, PageOptions } from './paging.ts';
import type { RefLike } from './ref.ts';
import type { CallOptions } from './source-adapter.ts';

/**
 * One interface over every vendor's files.
 * - Addresses are texts (`1237`, `1237/1757`, `contacts:1237/1757`), `{ folder, file }`, or entries of a listing.
 * - Every failure is a {@link FileSourceError}; its `kind` says what to do. Every call takes a `signal`.
 * - What the vendor lacks is completed or refused: `capabilities` says which, before a call is made.
 */
export interface FileSource {
  /** The name that the config gives it. */
  readonly name: string;
  readonly provider: string;
  readonly capabilities: Capabilities;
  /**
   * Files and folders directly inside a folder, in the vendor's order, over any number of pages.
   * - An empty folder gives nothing; one that does not exist throws `not-found` where the vendor tells the two apart.
   */
  list(folder: RefLike, options?: PageOptions): Listing<SourceEntry>;
  /** One file or folder. Throws `not-found`. */
  stat(ref: RefLike, options?: CallOptions): Promise<SourceEntry>;
  /**
   * The bytes of a file, or of a range of it, as a stream.
   * - A connection that breaks is continued from where it was; a body that cannot be completed fails, it never just ends.
   * - Destroy the body when you stop early.
   */
  open(file: RefLike, options?: OpenOptions): Promise<Content>;
  /** A URL for somebody else; see the capabilities `linkFile` and `linkFolder`. */
  link(ref: RefLike, options?: LinkOptions): Promise<Link>;
  /** Files and folders in one archive. Compare what arrives with its `items`, or let `@filesource/transfer` do it. */
  archive(refs: readonly RefLike[], options?: ArchiveOptions): Promise<Operation<Archive>>;
  /**
   * An archive that was started elsewhere, by the `token` of its operation; needs the same config, not the same process or machine.
   * - Throws `invalid-argument` for a token of another source, provider, account or version, and for what is no token.
   * - Looks once, unless this process follows the operation already; throws `conflict` when the vendor knows it no more.
   * - Where the vendor tells an end once, a look that sees it leaves the earlier token useless: `token` of the operation is the one to keep.
   */
  attach(token: string, options?: CallOptions): Promise<Operation<Archive>>;
  /**
   * Checks the source against the vendor, with calls that change nothing: whether it can be reached, knows the credentials, and what it is.
   * - What is wrong is a finding with advice, and not thrown; what an adapter cannot check is `skipped`.
   * - Each check is made once and at once: no retries, no limits.
   */
  diagnose(options?: CallOptions): Promise<readonly Finding[]>;
  close(): Promise<void>;
}

