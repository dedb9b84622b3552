import { request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { FileSourceError, type HttpRequest, type HttpResponse } from '@filesource/core';
import axios, { type AxiosRequestConfig } from 'axios';
import { AnswerBody, announcedLength } from './answer-body.ts';
import type { ClosableHttpClient } from './closable-http-client.ts';
import { decodeBody } from './decode-body.ts';
import { download } from './download/download.ts';
import type { RawAnswer } from './download/exchange-on-connection.ts';
import { isEnvironmentProxy } from './environment-proxies.ts';
import { gatherBody } from './gather-body.ts';
import { headersOf } from './headers-of.ts';
import { toHttpError } from './http-error.ts';
import { isOwnBody } from './is-own-body.ts';
import { createNodeAdapter, type NodeRequestConfig } from './node-adapter.ts';
import { Pools, type Pool } from './pool.ts';
import { publicLookup, type LookupAll } from './public-lookup.ts';
import { requestHeaders } from './request-headers.ts';
import { mostWholeBytes } from './whole-bodies.ts';

export interface AxiosTransportOptions {
  /** Longest time to make a connection, TLS included, where the request says no other; default 15,000. */
  readonly connectTimeoutMs?: number;
  /** Largest size of the headers of an answer, in bytes; default 32,768. */
  readonly maxHeaderBytes?: number;
  /** Further certificate authorities, as PEM. */
  readonly ca?: string;
  /**
   * Uses the proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name; default false.
   * - The proxy then looks names up, so whether they lead to private addresses is its affair; what goes past it is checked here.
   */
  readonly proxyFromEnvironment?: boolean;
  readonly userAgent?: string;
  /** How names become addresses; default: the system's way. */
  readonly lookup?: LookupAll;
}

/**
 * One exchange on axios: no redirects, any status is an answer, the body a stream without content coding.
 * - Files (`isDownload`) go past axios and Node's client, on connections of their own.
 * - Each pool has connections of its own; requests with `allowPrivate: false` have others again, made to public addresses only.
 */
export function createAxiosTransport(options: AxiosTransportOptions = {}): ClosableHttpClient {
  const { connectTimeoutMs = 15_000, maxHeaderBytes = 32_768, ca, proxyFromEnvironment = false, userAgent = 'filesource', lookup } = options;
  const settings = { connectTimeoutMs, ...(ca === undefined ? {} : { ca }) };
  const anywhere = new Pools({ ...settings, ...(lookup === undefined ? {} : { lookup: anyLookup(lookup) }) });
  const publicOnly = new Pools({ ...settings, lookup: publicLookup(lookup, proxyFromEnvironment ? isEnvironmentProxy : undefined) });
  const client = axios.create({
    // A proxy is something that axios' own adapter knows how to use.
    adapter: proxyFromEnvironment ? 'http' : createNodeAdapter({ maxHeaderBytes }),
    maxRedirects: 0,
    responseType: 'stream',
    validateStatus: () => true,
    transformRequest: [(data: unknown) => data],
    transformResponse: [],
    decompress: false,
    ...(proxyFromEnvironment ? { transport: { request: requester(maxHeaderBytes) } } : { proxy: false }),
  });

  const ownConfig = ({ method, url, body, signal, connectTimeoutMs }: HttpRequest, headers: Record<string, string>, { agents }: Pool): AxiosRequestConfig & NodeRequestConfig => ({
    method,
    url,
    headers,
    data: body,
    exchangeOf: () => ({ signal, agentOf: agents.of, connectTimeoutMs }),
  });
  const proxyConfig = ({ method, url, body, signal, connectTimeoutMs }: HttpRequest, headers: Record<string, string>, { agents }: Pool): AxiosRequestConfig => ({
    method,
    url,
    headers,
    httpAgent: agents.of('http:'),
    httpsAgent: agents.of('https:'),
    ...(body === undefined ? {} : { data: body }),
    ...(connectTimeoutMs === undefined ? {} : { transport: { request: requester(maxHeaderBytes, connectTimeoutMs) } }),
    ...(signal === undefined ? {} : { signal }),
  });
  const configFor = proxyFromEnvironment ? proxyConfig : ownConfig;
  const callByAxios = async (request: HttpRequest, pool: Pool): Promise<RawAnswer> => {
    const { status, headers, data } = await client.request<Readable>(configFor(request, requestHeaders(request, userAgent), pool));
    return { status, headers: headersOf(headers), body: data };
  };
  const downloadAlone = (request: HttpRequest, { connections }: Pool): Promise<RawAnswer> =>
    download({ url: request.url, headers: requestHeaders(request, userAgent), signal: request.signal, maxHeaderBytes, connectTimeoutMs: request.connectTimeoutMs }, connections);
  let isClosed = false;
  const send = async (request: HttpRequest): Promise<HttpResponse> => {
    // Agents that were destroyed would make new connections all the same, which nobody would close.
    if (isClosed) throw new FileSourceError('aborted', 'the HTTP client was closed', { advice: 'Create the sources anew.' });
    const pool = (request.allowPrivate === false ? publicOnly : anywhere).of(request.pool ?? '');
    const isAlone = request.isDownload === true && request.method === 'GET' && request.body === undefined && !proxyFromEnvironment;
    const exchange = isAlone ? downloadAlone : callByAxios;
    try {
      return await pool.use(async () => answerOf(request, await exchange(request, pool)));
    } catch (error) {
      throw toHttpError(error, request.signal);
    }
  };
  return {
    send,
    close: () => {
      isClosed = true;
      anywhere.close();
      publicOnly.close();
    },
  };
}

/** Without a promise for an answer that is ready as it is: most files come so. */
function answerOf(request: HttpRequest, response: RawAnswer): HttpResponse | Promise<HttpResponse> {
  const { status, headers, body } = response;
  return isOwnBody(body) && headers['content-encoding'] === undefined ? { status, headers, url: request.url, body } : readableAnswer(request, response);
}

async function readableAnswer(request: HttpRequest, response: RawAnswer): Promise<HttpResponse> {
  const { status, headers } = response;
  const bodiless = request.method === 'HEAD' || status === 204 || status === 304;
  const encoding = bodiless || headers['content-length'] === '0' ? undefined : headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity' && status === 206) {
    response.body.destroy();
    throw new FileSourceError('vendor-protocol', 'the answer is a part of a compressed file, which cannot be read');
  }
  const decoded = decodeBody(response.body, encoding);
  if (decoded === undefined && isOwnBody(response.body)) return { status, headers, url: request.url, body: response.body };
  if (decoded !== undefined) {
    delete headers['content-encoding'];
    delete headers['content-length'];
  }
  const length = announcedLength(request, { status, headers, url: request.url });
  const { signal } = request;
  const isSmall = request.isDownload === true && decoded === undefined && length !== undefined && length <= mostWholeBytes;
  const body = isSmall ? await gatherBody(response.body, { length, signal }) : new AnswerBody(decoded ?? response.body, { length, signal });
  return { status, headers, url: request.url, body };
}

/** Node's own request function with a header limit, which axios has no setting for; the agents read `connectTimeoutMs`. */
function requester(maxHeaderBytes: number, connectTimeoutMs?: number): (options: RequestOptions, onAnswer: (answer: IncomingMessage) => void) => ClientRequest {
  return (options, onAnswer) => (options.protocol === 'https:' ? httpsRequest : httpRequest)({ ...options, maxHeaderSize: maxHeaderBytes, ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }) }, onAnswer);
}

function anyLookup(lookup: LookupAll): ReturnType<typeof publicLookup> {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, addresses) => {
      const [first] = addresses;
      if (error !== null || first === undefined) callback(error ?? Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), []);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
