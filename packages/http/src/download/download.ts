import { throwIfAborted } from '@filesource/core';
import { NoAnswer } from '../no-answer.ts';
import { parseUrl, type WebUrl } from '../parse-url.ts';
import type { Connections } from './connections.ts';
import { exchangeOnConnection, type RawAnswer } from './exchange-on-connection.ts';

export interface DownloadRequest {
  readonly url: string;
  /** Checked; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
  /** Largest size of the headers of an answer, in bytes. */
  readonly maxHeaderBytes: number;
  readonly connectTimeoutMs: number | undefined;
}

/** What servers and proxies say of a connection on which nothing came for too long; it may cross with a request. */
const requestTimeout = 408;

/**
 * Gets a file on a connection of its account, a kept one where there is one.
 * - A kept connection that ends without a word, or with a 408, was given up by the server while it rested: the request is sent once more, on a new one.
 */
export async function download(request: DownloadRequest, connections: Connections): Promise<RawAnswer> {
  const { signal, maxHeaderBytes, connectTimeoutMs } = request;
  throwIfAborted(signal);
  const url = parseUrl(request.url);
  const text = requestText(url, request.headers);
  const kept = connections.takeKept(url);
  const on = (connection: ReturnType<Connections['open']>): Promise<RawAnswer> =>
    exchangeOnConnection({ connection, smallBlocks: connections.smallBlocks, blocks: connections.blocks, text, signal, maxHeaderBytes, onComplete: (keptForMs) => connections.keep(connection, keptForMs) });
  if (kept === undefined) return on(connections.open(url, connectTimeoutMs));
  try {
    const answer = await on(kept);
    if (answer.status !== requestTimeout || connections.isClosed) return answer;
    answer.body.on('error', () => undefined).destroy();
  } catch (error) {
    if (!(error instanceof NoAnswer) || connections.isClosed) throw error;
  }
  throwIfAborted(signal);
  return on(connections.open(url, connectTimeoutMs));
}

function requestText({ pathname, search, host }: WebUrl, headers: Readonly<Record<string, string>>): string {
  let text = `GET ${pathname}${search} HTTP/1.1\r\n`;
  if (headers['host'] === undefined) text += `host: ${host}\r\n`;
  for (const name of Object.keys(headers)) text += `${name}: ${headers[name]}\r\n`;
  return `${text}connection: keep-alive\r\n\r\n`;
}
