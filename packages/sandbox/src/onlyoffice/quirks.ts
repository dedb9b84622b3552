import type { Occasion } from '../faults/index.ts';
import type { TransferFault } from '../http/index.ts';
import type { EntryId } from './model.ts';

/** Which requests something is done to, and when. */
export interface Aim extends Occasion {
  /** A string is looked for in path and query; a RegExp is tried on them. */
  readonly path: string | RegExp;
  readonly method?: string;
}

export interface HttpFault extends Aim {
  /** 0 drops the connection without an answer. */
  readonly status: number;
  /** Default: `empty` for 401, 402, 403 and 429, the error envelope for the rest. */
  readonly body?: 'empty' | 'html' | 'half-json' | 'envelope';
  readonly message?: string;
  /** Seconds, or the moment, which is sent as an HTTP date. */
  readonly retryAfter?: number | Date;
  /** `X-RateLimit-*`; default with 429. */
  readonly rateLimitHeaders?: boolean;
}

/** Something wrong on the way with the bytes of a file or an archive, also on the storage server. */
export interface TransferQuirk extends Aim {
  readonly fault: TransferFault;
}

/** Variants and failures of the server; all may be changed while the sandbox runs. */
export interface OnlyOfficeQuirks {
  httpStatus: HttpFault[];
  transfers: TransferQuirk[];
  /** A download that comes to its end was listed, and so consumed, by somebody else. */
  consumeElsewhere: boolean;
  /** A download ends with an error and without `finished`. */
  neverFinished: boolean;
  /** A download ends with status 4 and error "". */
  failWithoutError: boolean;
  /** The rights to everything selected are gone when the download starts to pack. */
  permissionLost: boolean;
  /** Downloads take so many times `operationDurationMs`; read when one is started. */
  slowProgress: number;
  /** Cancelled DocSpace downloads show up once more, with status 3. */
  canceledReappears: boolean;
  /** Every list of operations starts with a running deletion of the same user. */
  otherOperation: boolean;
  /** A folder without files below it counts as nothing to download; default false: its (empty) archive is made. */
  emptyFolderIsNothing: boolean;
  /** Whether the PUT refuses a selection of which nothing can be had; default by generation and version. */
  precheck?: boolean | undefined;
  /** Whether a single file comes as it is; default by generation. */
  singleFileUnzipped?: boolean | undefined;
  /** The member `links` of DocSpace's envelope. */
  linksInEnvelope: boolean;
  /** Bodies of files and archives come chunked, as through a compressing proxy. */
  noContentLength: boolean;
  /** Archives are stored with only so many bytes. */
  truncateArchive?: number | undefined;
  /** These files come into an archive with half of their bytes, without an error. */
  truncatedEntries: EntryId[];
  /** These files fail while packing, with this message: the archive has holes and the operation an error and a url. */
  failingEntries: Record<string, string>;
  /** tar.gz members come without content, as the source of 3.7.2 suggests. */
  emptyTarMembers: boolean;
  /** Archives hold one more entry under this raw name, such as `../evil.txt`. */
  extraEntry?: string | undefined;
  /** Links and redirects name this host in place of the one asked, e.g. `localhost`. */
  linkHostname?: string | undefined;
  /** Every session token given out so far becomes worthless. */
  expireTokensNow(): void;
}

export function createQuirks(given: Partial<OnlyOfficeQuirks>, expireTokensNow: () => void): OnlyOfficeQuirks {
  return {
    httpStatus: [],
    transfers: [],
    consumeElsewhere: false,
    neverFinished: false,
    failWithoutError: false,
    permissionLost: false,
    slowProgress: 1,
    canceledReappears: false,
    otherOperation: false,
    emptyFolderIsNothing: false,
    linksInEnvelope: true,
    noContentLength: false,
    truncatedEntries: [],
    failingEntries: {},
    emptyTarMembers: false,
    ...given,
    expireTokensNow,
  };
}

/** Counts how often each aim has matched, so `after` and `times` hold over the sandbox's life. */
export class AimCounter {
  private readonly matched = new WeakMap<Aim, number>();

  hit<T extends Aim>(aims: readonly T[], method: string, url: string): T | undefined {
    return aims.find((aim) => {
      if (aim.method !== undefined && aim.method.toUpperCase() !== method) return false;
      if (typeof aim.path === 'string' ? !url.includes(aim.path) : !aim.path.test(url)) return false;
      const before = this.matched.get(aim) ?? 0;
      this.matched.set(aim, before + 1);
      const first = aim.after ?? 0;
      return before >= first && before < first + (aim.times ?? Infinity);
    });
  }
}
