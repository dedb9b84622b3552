import { createHash } from 'node:crypto';
import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import { setTimeout as wait } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type { IBinaryData, IHttpRequestOptions } from 'n8n-workflow';

interface AxiosAnswer<T> {
  readonly data: T;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly statusText: string;
}

// n8n's helper is axios underneath; the one that packages/http has does for the test.
const axios = createRequire(new URL('../../../http/package.json', import.meta.url))('axios') as <T>(options: object) => Promise<AxiosAnswer<T>>;

/** `helpers.httpRequest` of n8n 1.123, for the options that this package uses. */
export async function httpRequest(options: IHttpRequestOptions): Promise<unknown> {
  const { url, method, headers, body, timeout, encoding, abortSignal } = options;
  const response = await axios<unknown>({
    url,
    ...(method === undefined ? {} : { method }),
    headers,
    ...(timeout === undefined ? {} : { timeout }),
    maxBodyLength: -1,
    maxContentLength: -1,
    proxy: false,
    httpAgent: new Agent(),
    ...(abortSignal === undefined ? {} : { signal: abortSignal }),
    ...(options.disableFollowRedirect === true ? { maxRedirects: 0 } : {}),
    ...(encoding === undefined ? {} : { responseType: encoding }),
    ...(options.ignoreHttpStatusErrors === true ? { validateStatus: () => true } : {}),
    ...(body === undefined || method === 'GET' ? {} : { data: body }),
  });
  return options.returnFullResponse === true ? { body: response.data, headers: response.headers, statusCode: response.status, statusMessage: response.statusText } : response.data;
}

export interface LegacyOptions {
  readonly uri: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
  readonly useStream?: boolean;
  readonly simple?: boolean;
}

/** `helpers.request`, which is what a test of credentials gets. */
export async function request({ uri, method, headers, body, useStream, simple }: LegacyOptions): Promise<unknown> {
  const response = await axios<unknown>({
    url: uri,
    method,
    headers,
    data: body,
    maxRedirects: 0,
    proxy: false,
    httpAgent: new Agent(),
    responseType: useStream === true ? 'stream' : 'text',
    ...(simple === false ? { validateStatus: () => true } : {}),
  });
  return { body: response.data, headers: { ...response.headers }, statusCode: response.status };
}

/** What n8n stored, without the bytes. */
export interface Stored extends IBinaryData {
  readonly storedBytes: number;
  readonly sha256: string;
  /** What waited in the stream while nobody read. */
  readonly mostBuffered: number;
}

export type BinaryStore = (data: Buffer | Readable, fileName?: string, mimeType?: string) => Promise<IBinaryData>;

/** `helpers.prepareBinaryData` on a disk: takes a stream to its end; stops for a while after the first chunk, as a slow disk does. */
export function binaryStore(onFirstChunk: () => void = () => undefined): BinaryStore {
  return async (data, fileName, mimeType) => {
    if (Buffer.isBuffer(data)) throw new Error('a stream was expected, and this is a whole file in memory');
    const hash = createHash('sha256');
    let storedBytes = 0;
    let mostBuffered = 0;
    for await (const chunk of data as AsyncIterable<Buffer>) {
      if (storedBytes === 0) {
        onFirstChunk();
        await wait(200);
        mostBuffered = data.readableLength;
      }
      storedBytes += chunk.length;
      hash.update(chunk);
    }
    const stored: Stored = { data: 'filesystem', mimeType: mimeType ?? 'text/plain', ...(fileName === undefined ? {} : { fileName }), storedBytes, sha256: hash.digest('hex'), mostBuffered };
    return stored;
  };
}
