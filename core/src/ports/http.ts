import type { Readable } from 'node:stream';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers that prove who is calling: sent to the origin of `url` only, dropped on a redirect to another origin or to plain HTTP. */
  readonly credentials?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The body of the answer is a file: it takes the shortest way, past what is made for API calls. Default: false. */
  readonly isDownload?: boolean;
  /** Connections are kept for later requests of the same pool, and used by no other; default: one pool for all that name none. */
  readonly pool?: string;
  readonly signal?: AbortSignal;
  /** Longest time to make a connection, TLS included; default: the client's. */
  readonly connectTimeoutMs?: number;
  /**
   * Hosts that the request and its redirects may go to: `name`, `name:port` or `*.name`.
   * - Default: the host of `url` only.
   * - Name here what the config names: its hosts may be inside of a private network.
   */
  readonly allowedHosts?: readonly string[];
  /** Further hosts, such as those that an adapter knows by itself: never through a private address, even where they are named in full. */
  readonly publicHosts?: readonly string[];
  /**
   * Whether loopback, private and link-local addresses may be reached.
   * - Default: only on hosts that `allowedHosts` (or, without it, `url`) names in full; never through `*.name` or `publicHosts`.
   */
  readonly allowPrivate?: boolean;
  /** Redirects that are followed; default 0, and then a 3xx answer is returned as it is. */
  readonly maxRedirects?: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the answer came from, after redirects. */
  readonly url: string;
  /** Must be read to its end or destroyed; destroying it closes the socket. */
  readonly body: Readable;
}

/**
 * The HTTP port: one exchange, any status is an answer and not an error.
 * - Throws `network` (also for a connection that breaks), `timeout`, `aborted`, `host-refused`, `vendor-protocol` (too many redirects).
 */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpResponse>;
}
