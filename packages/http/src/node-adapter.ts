import type { Agent, IncomingMessage } from 'node:http';
import { AxiosHeaders, type AxiosAdapter, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { exchangeOnNode } from './node-exchange.ts';

export interface NodeAdapterOptions {
  /** Largest size of the headers of an answer, in bytes. */
  readonly maxHeaderBytes: number;
}

/** Of a request, beside what axios knows: it passes these on untouched. */
export interface NodeRequestConfig {
  /** Read by our agents. */
  readonly connectTimeoutMs?: number;
  /** In place of `httpAgent` and `httpsAgent`, so that the agent which no request needs is never made. */
  readonly agentOf: (protocol: string) => Agent;
  /** In place of `signal`, into which axios looks several times for each request: a look at a signal costs more than it seems. */
  readonly signalOf?: () => AbortSignal | undefined;
}

/**
 * Bytes under axios: one exchange on Node's own client, the body as it comes from the socket.
 * - Axios' own adapter wraps request and body several times over, which for small bodies costs more than the exchange itself.
 * - No redirects, no proxy, no decoding, no limits: all of that is decided above.
 */
export function createNodeAdapter({ maxHeaderBytes }: NodeAdapterOptions): AxiosAdapter {
  return async (config) => {
    const { connectTimeoutMs, agentOf, signalOf } = config as InternalAxiosRequestConfig & NodeRequestConfig;
    const answer = await exchangeOnNode({
      method: (config.method ?? 'get').toUpperCase(),
      url: config.url ?? '',
      headers: config.headers.toJSON() as Record<string, string>,
      body: config.data as string | undefined,
      signal: signalOf?.(),
      agentOf,
      maxHeaderBytes,
      connectTimeoutMs,
    });
    return responseOf(answer, config);
  };
}

function responseOf(answer: IncomingMessage, config: InternalAxiosRequestConfig): AxiosResponse {
  return { data: answer, status: answer.statusCode ?? 0, statusText: answer.statusMessage ?? '', headers: new AxiosHeaders(answer.headers as Record<string, string>), config };
}
