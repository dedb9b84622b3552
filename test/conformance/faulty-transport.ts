import { PassThrough, Readable } from 'node:stream';
import { FileSourceError, readBody, type HttpClient, type HttpRequest, type HttpResponse } from '@filesource/core';
import type { Times } from '@filesource/testkit';

/** How to recognise and change what one vendor's adapter sends. */
export interface Dialect {
  /** Whether this asks for a page of files other than the first. */
  asksForLaterPage(request: HttpRequest): boolean;
  /** The same request for the first page. */
  atFirstPage(request: HttpRequest): HttpRequest;
  /** The same answer without entries, whatever else it tells left as it is. */
  emptied(answer: unknown): unknown;
  /** Whether this asks for the bytes of a file. */
  asksForBody(request: HttpRequest): boolean;
}

type ListingFault = 'empty' | 'first' | 'repeat';

/**
 * A transport with faults that the sandboxes do not have: what the vendor would have to misunderstand, and answers that never come.
 * - Stands below the HTTP policies, where axios stands.
 */
export class FaultyTransport implements HttpClient {
  readonly #inner: HttpClient;
  readonly #dialect: Dialect;
  #listing: ListingFault | undefined;
  #ignoresRange = false;
  #hanging = 0;
  #stall: { readonly afterBytes: number; left: number } | undefined;

  constructor(inner: HttpClient, dialect: Dialect) {
    this.#inner = inner;
    this.#dialect = dialect;
  }

  lieAboutPages(fault: ListingFault): void {
    this.#listing = fault;
  }

  ignoreRange(): void {
    this.#ignoresRange = true;
  }

  hang({ times = Number.POSITIVE_INFINITY }: Times): void {
    this.#hanging = times;
  }

  stallBodies({ afterBytes, times = Number.POSITIVE_INFINITY }: Times & { readonly afterBytes: number }): void {
    this.#stall = { afterBytes, left: times };
  }

  calm(): void {
    this.#listing = undefined;
    this.#ignoresRange = false;
    this.#hanging = 0;
    this.#stall = undefined;
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    if (this.#hanging > 0) {
      this.#hanging -= 1;
      return silence(request.signal);
    }
    const isBody = this.#dialect.asksForBody(request);
    if (isBody && this.#stall !== undefined && this.#stall.left > 0) {
      this.#stall.left -= 1;
      return stalled(await this.#inner.send(request), this.#stall.afterBytes);
    }
    if (isBody && this.#ignoresRange) return this.#inner.send({ ...request, headers: withoutRange(request.headers) });
    if (this.#listing !== undefined && this.#dialect.asksForLaterPage(request)) return this.#lie(request, this.#listing);
    return this.#inner.send(request);
  }

  async #lie(request: HttpRequest, fault: ListingFault): Promise<HttpResponse> {
    if (fault !== 'first') this.#listing = undefined;
    if (fault !== 'empty') return this.#inner.send(this.#dialect.atFirstPage(request));
    const response = await this.#inner.send(request);
    const answer: unknown = JSON.parse((await readBody(response.body, 10_000_000)).toString('utf8'));
    const { 'content-length': _length, ...headers } = response.headers;
    return { ...response, headers, body: Readable.from([Buffer.from(JSON.stringify(this.#dialect.emptied(answer)))]) };
  }
}

function silence(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => reject(new FileSourceError('aborted', 'the call was aborted', { cause: signal?.reason }));
    if (signal?.aborted === true) fail();
    else signal?.addEventListener('abort', fail, { once: true });
  });
}

function withoutRange(headers: HttpRequest['headers'] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'range'));
}

/** The first bytes of an answer, and then nothing; destroying it destroys the answer. */
function stalled(response: HttpResponse, afterBytes: number): HttpResponse {
  const body = new PassThrough();
  let left = afterBytes;
  response.body.on('data', (chunk: Buffer) => {
    const part = chunk.subarray(0, left);
    left -= part.length;
    if (part.length > 0) body.write(part);
    if (left === 0) response.body.pause();
  });
  response.body.on('error', (error) => body.destroy(error));
  body.once('close', () => response.body.destroy());
  return { ...response, body };
}
