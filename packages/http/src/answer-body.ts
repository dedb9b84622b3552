import { Readable } from 'node:stream';
import { abortError, FileSourceError, listenForAbort, stopListeningForAbort, type HttpRequest, type HttpResponse } from '@filesource/core';
import { failureOf } from './answer-failures.ts';
import { toHttpError } from './http-error.ts';

export interface AnswerBodyOptions {
  /** Bytes that must come, where the answer announced them. */
  readonly length: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** What of it was read already. */
  readonly before?: readonly Buffer[];
}

/**
 * The body of an answer: it comes whole or fails by name, and its errors hold no part of the request.
 * - Destroying it destroys what it reads from, and so closes the socket.
 */
export class AnswerBody extends Readable {
  readonly #source: Readable;
  readonly #options: AnswerBodyOptions;
  /** Made here and not in the constructor: V8 puts a function that is assigned to a property among the old objects, and all it leads to stays. */
  readonly #onAbort = (): void => {
    const { signal } = this.#options;
    if (signal !== undefined) this.destroy(abortError(signal));
  };
  #received = 0;

  constructor(source: Readable, options: AnswerBodyOptions) {
    super();
    this.#source = source;
    this.#options = options;
    const { signal } = options;
    // A body that is given up before anybody reads it must not end the process; whoever reads it gets the error all the same.
    this.on('error', () => undefined);
    const take = (chunk: Buffer): void => {
      this.#received += chunk.length;
      if (!this.push(chunk)) source.pause();
    };
    options.before?.forEach(take);
    source.on('data', take);
    source.once('end', () => this.#ended());
    source.on('error', (error: unknown) => this.#broke(failureOf(source) ?? error));
    source.once('close', () => {
      if (!source.readableEnded) this.destroy(truncated(this.#received, options.length));
    });
    source.pause();
    if (signal?.aborted === true) this.#onAbort();
    else if (signal !== undefined) listenForAbort(signal, this.#onAbort);
  }

  override _read(): void {
    this.#source.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#options.signal !== undefined) stopListeningForAbort(this.#options.signal, this.#onAbort);
    if (!this.#source.readableEnded) this.#source.destroy();
    done(error);
  }

  #ended(): void {
    const failure = failureOf(this.#source);
    if (failure !== undefined) this.#broke(failure);
    else if (this.#isShort()) this.destroy(truncated(this.#received, this.#options.length));
    else this.push(null);
  }

  #broke(error: unknown): void {
    this.destroy(this.#isShort() ? truncated(this.#received, this.#options.length, error) : toHttpError(error, this.#options.signal));
  }

  #isShort(): boolean {
    const { length, signal } = this.#options;
    return length !== undefined && this.#received < length && signal?.aborted !== true;
  }
}

/** Fails as soon as somebody reads it, and not before anybody could hear of it. */
export class BrokenBody extends Readable {
  readonly #error: Error;

  constructor(error: Error) {
    super();
    this.#error = error;
    this.on('error', () => undefined);
  }

  override _read(): void {
    this.destroy(this.#error);
  }
}

/** What `Content-Length` promises, where it speaks of the bytes that the body gives. */
export function announcedLength(request: HttpRequest, response: Omit<HttpResponse, 'body'>): number | undefined {
  const text = response.headers['content-length'];
  const bodiless = request.method === 'HEAD' || response.status === 204 || response.status === 304;
  if (bodiless || text === undefined || response.headers['content-encoding'] !== undefined) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The error of a body that broke off. */
export function truncated(received: number, length: number | undefined, cause?: unknown): FileSourceError {
  const announced = length === undefined ? '' : ` of ${length}`;
  return new FileSourceError('truncated', `the connection broke after ${received}${announced} bytes`, cause === undefined ? {} : { cause: toHttpError(cause, undefined) });
}
