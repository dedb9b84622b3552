import type { IncomingMessage } from 'node:http';
import { AxiosHeaders, type AxiosAdapter, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { exchangeOnNode, type NodeExchange } from './node-exchange.ts';

export interface NodeAdapterOptions {
  /** Largest size of the headers of an answer, in bytes. */
  readonly maxHeaderBytes: number;
}

/** Of a request, beside what axios knows: it passes this on untouched. */
export interface NodeRequestConfig {
  /**
   * What the exchange needs beyond what axios reads.
   * - In place of `httpAgent` and `httpsAgent`, so that the agent which no request needs is never made.
   * - In place of `signal`, into which axios looks several times for each request: a look at a signal costs more than it seems.
   * - One property, that every request has: those of one hidden class pass axios sooner.
   */
  readonly exchangeOf: () => Pick<NodeExchange, 'signal' | 'agentOf' | 'connectTimeoutMs'>;
}

/**
 * Bytes under axios: one exchange on Node's own client, the body as it comes from the socket.
 * - Axios' own adapter wraps request and body several times over, which for small bodies costs more than the exchange itself.
 * - No redirects, no proxy, no decoding, no limits: all of that is decided above.
 */
export function createNodeAdapter({ maxHeaderBytes }: NodeAdapterOptions): AxiosAdapter {
  return async (config) => {
    const { signal, agentOf, connectTimeoutMs } = (config as InternalAxiosRequestConfig & NodeRequestConfig).exchangeOf();
    const answer = await exchangeOnNode({
      method: (config.method ?? 'get').toUpperCase(),
      url: config.url ?? '',
      headers: config.headers.toJSON() as Record<string, string>,
      body: config.data as string | undefined,
      signal,
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
