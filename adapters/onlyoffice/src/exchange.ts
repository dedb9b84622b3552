import { FileSourceError, parseJson, readBody, redactUrl, type Ports } from '@filesource/core';
import type { GenerationDetector } from './generation.ts';

/** One request to the API; `path` is relative to the portal's address. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** `undefined` when the body is not JSON. */
  readonly json: unknown;
}

/** One exchange with the API, any status an answer; the credentials and what to do without them are the caller's affair. */
export type Exchange = (request: ApiRequest, credentials: Readonly<Record<string, string>>, signal: AbortSignal | undefined) => Promise<ApiAnswer>;

/** Far above the largest page of a listing. */
const largestAnswer = 32 * 1024 * 1024;

export function createExchange(portal: URL, ports: Ports, generation: GenerationDetector): Exchange {
  return async (request, credentials, signal) => {
    const url = new URL(request.path, portal);
    if (request.query !== undefined) url.search = new URLSearchParams(request.query).toString();
    const response = await ports.http.send({
      method: request.method,
      url: url.href,
      headers: { accept: 'application/json', ...(request.body === undefined ? {} : { 'content-type': 'application/json' }) },
      credentials,
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const { status, headers } = response;
    const text = (await readBody(response.body, largestAnswer)).toString('utf8');
    if (status >= 300 && status < 400) {
      const target = headers['location'] === undefined ? 'nowhere' : redactUrl(new URL(headers['location'], url).href);
      throw new FileSourceError('vendor-protocol', `the portal redirects its API to ${target}`, { httpStatus: status, advice: 'Set baseUrl to the address that the portal really has.' });
    }
    const json = jsonOrNothing(text);
    generation.observe({ headers, text, json });
    return { status, headers, text, json };
  };
}

function jsonOrNothing(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
