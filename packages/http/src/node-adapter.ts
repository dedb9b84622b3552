import { request as httpRequest, type Agent, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { AxiosHeaders, type AxiosAdapter, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';

export interface NodeAdapterOptions {
  /** Largest size of the headers of an answer, in bytes. */
  readonly maxHeaderBytes: number;
}

/** What our agents read of a request; axios passes it on untouched. */
export interface NodeRequestConfig {
  readonly connectTimeoutMs?: number;
}

/**
 * Bytes under axios: one exchange on Node's own client, the body as it comes from the socket.
 * - Axios' own adapter wraps request and body several times over, which for small bodies costs more than the exchange itself.
 * - No redirects, no proxy, no decoding, no limits: all of that is decided above.
 */
export function createNodeAdapter({ maxHeaderBytes }: NodeAdapterOptions): AxiosAdapter {
  return (config) =>
    new Promise((resolve, reject) => {
      const request = start(config, maxHeaderBytes);
      const signal = config.signal as AbortSignal | undefined;
      const onAbort = (): void => void request.destroy(abortOf(signal));
      const settle = (): void => signal?.removeEventListener('abort', onAbort);
      request.once('response', (answer) => {
        // From here on the body is ended by whoever reads it.
        settle();
        resolve(responseOf(answer, config, request));
      });
      request.on('error', (error) => {
        settle();
        reject(error);
      });
      if (signal?.aborted === true) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
      request.end(config.data as string | undefined);
    });
}

function start(config: InternalAxiosRequestConfig, maxHeaderSize: number): ClientRequest {
  const url = new URL(config.url ?? '');
  const isTls = url.protocol === 'https:';
  const { connectTimeoutMs } = config as NodeRequestConfig;
  const body = config.data as string | undefined;
  const options: RequestOptions & NodeRequestConfig = {
    method: (config.method ?? 'get').toUpperCase(),
    agent: (isTls ? config.httpsAgent : config.httpAgent) as Agent,
    headers: { ...(config.headers.toJSON() as Record<string, string>), ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
    maxHeaderSize,
    ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
  };
  return (isTls ? httpsRequest : httpRequest)(url, options);
}

function responseOf(answer: IncomingMessage, config: InternalAxiosRequestConfig, request: ClientRequest): AxiosResponse {
  return { data: answer, status: answer.statusCode ?? 0, statusText: answer.statusMessage ?? '', headers: new AxiosHeaders(answer.headers as Record<string, string>), config, request };
}

function abortOf(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new Error('aborted');
}
