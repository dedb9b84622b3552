import { FileSourceError, parseJson, readBody, redactUrl, textOf, type HttpRequest, type Ports } from '@filesource/core';
import type { GenerationDetector } from './generation.ts';

/** One request to the API; `path` is relative to the portal's address. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Text and JSON are read anew each time: a page that waits for its turn is bytes, which cost the garbage collector nothing. */
export class ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  readonly #read: { readonly json: unknown } | undefined;

  /** `read`: its JSON, where that had to be read already. */
  constructor({ status, headers, bytes }: Pick<ApiAnswer, 'status' | 'headers' | 'bytes'>, read?: { readonly json: unknown }) {
    this.status = status;
    this.headers = headers;
    this.bytes = bytes;
    this.#read = read;
  }

  get text(): string {
    return textOf(this.bytes);
  }

  /** `undefined` when the body is not JSON. */
  readJson(): unknown {
    return this.#read === undefined ? jsonOrNothing(this.text) : this.#read.json;
  }
}

/** One exchange with the API, any status an answer; the credentials and what to do without them are the caller's affair. */
export type Exchange = (request: ApiRequest, credentials: Readonly<Record<string, string>>, signal: AbortSignal | undefined) => Promise<ApiAnswer>;

/** Far above the largest page of a listing. */
const largestAnswer = 32 * 1024 * 1024;

export function createExchange(portal: URL, ports: Ports, generation: GenerationDetector): Exchange {
  return async (request, credentials, signal) => {
    const url = urlOf(portal, request);
    const { status, headers, body } = await ports.http.send(httpRequest(request, url, credentials, signal));
    const bytes = await readBody(body, largestAnswer);
    if (status >= 300 && status < 400) throw redirected(status, headers['location'], url);
    if (generation.current() !== undefined) return new ApiAnswer({ status, headers, bytes });
    const text = textOf(bytes);
    const json = jsonOrNothing(text);
    generation.observe({ headers, text, json });
    return new ApiAnswer({ status, headers, bytes }, { json });
  };
}

function urlOf(portal: URL, { path, query }: ApiRequest): string {
  return new URL(query === undefined ? path : `${path}?${new URLSearchParams(query).toString()}`, portal).href;
}

function httpRequest({ method, body }: ApiRequest, url: string, credentials: Readonly<Record<string, string>>, signal: AbortSignal | undefined): HttpRequest {
  return {
    method,
    url,
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    credentials,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  };
}

function redirected(httpStatus: number, location: string | undefined, from: string): FileSourceError {
  const target = location === undefined || !URL.canParse(location, from) ? 'nowhere' : redactUrl(new URL(location, from).href);
  return new FileSourceError('vendor-protocol', `the portal redirects its API to ${target}`, { httpStatus, advice: 'Set baseUrl to the address that the portal really has.' });
}

export function jsonOrNothing(text: string): unknown {
  try {
    return parseJson(text, { isPicked: true });
  } catch {
    return undefined;
  }
}
