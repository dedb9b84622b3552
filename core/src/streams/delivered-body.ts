import { Readable } from 'node:stream';
import type { Content } from '../content.ts';
import { FileSourceError } from '../errors/file-source-error.ts';
import { abortError, toFileSourceError } from '../errors/to-file-source-error.ts';
import type { Clock } from '../ports/clock.ts';
import { after } from '../time/after.ts';
import { handsOver, willHandOver } from './handed-over.ts';

export interface DeliveryOptions {
  readonly clock: Clock;
  /** Longest silence of a body that somebody is waiting for. */
  readonly idleTimeoutMs: number;
  /** Longest time from the answer to the last byte, however slow the reader. */
  readonly transferTimeoutMs?: number;
  /** Times in a row that a body may break without a single new byte. */
  readonly maxFruitlessResumes: number;
  readonly signal?: AbortSignal;
  /** Opens the rest from a position of the file; its signal fires at an abort, and when nobody wants the body any more. */
  readonly reopen: (offset: number, length: number | undefined, signal: AbortSignal) => Promise<Content>;
  readonly locate: (error: unknown) => FileSourceError;
  readonly onResume: (error: FileSourceError, receivedBytes: number) => void;
}

const mostResumes = 100;

/**
 * A body that arrives whole or fails by name.
 * - Breaks, falls silent or ends early: continued from where it was, if it is still the same file.
 * - Longer or shorter than announced: `corrupt` or `truncated`.
 */
export class DeliveredBody extends Readable {
  readonly #first: Content;
  readonly #options: DeliveryOptions;
  #inner: Readable | undefined;
  #received = 0;
  #resumes = 0;
  #fruitless = 0;
  #lastByteMs: number;
  #waiting = false;
  #cancelWatch: (() => void) | undefined;
  readonly #cancelWhole: (() => void) | undefined;
  readonly #onAbort = (): void => {
    const { signal, locate } = this.#options;
    this.destroy(signal === undefined ? undefined : locate(abortError(signal)));
  };
  #reopening: AbortController | undefined;

  constructor(content: Content, options: DeliveryOptions) {
    super({ highWaterMark: 256 * 1024 });
    this.#first = content;
    this.#options = options;
    this.#lastByteMs = options.clock.now();
    // A body that is given up before anybody reads it must not end the process; whoever reads it gets the error all the same.
    this.on('error', () => undefined);
    if (handsOver(content.body)) willHandOver(this);
    this.#attach(content.body);
    this.#cancelWhole = options.transferTimeoutMs === undefined ? undefined : after(options.clock, options.transferTimeoutMs, () => this.#overdue());
    if (options.signal?.aborted === true) this.#onAbort();
    else options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  override _read(): void {
    if (!this.#waiting) {
      this.#waiting = true;
      this.#lastByteMs = this.#options.clock.now();
      this.#watch();
    }
    this.#inner?.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#stopWatching();
    this.#cancelWhole?.();
    this.#detach();
    this.#reopening?.abort(error ?? new FileSourceError('aborted', 'nobody wants the rest of the body'));
    done(error);
  }

  #attach(body: Readable): void {
    this.#inner = body;
    body.on('data', (chunk: Buffer) => {
      if (this.#inner === body) this.#take(chunk);
    });
    body.once('end', () => {
      if (this.#inner === body) this.#ended();
    });
    body.once('error', (error: unknown) => {
      if (this.#inner === body) this.#broken(toFileSourceError(error));
    });
    body.once('close', () => {
      if (this.#inner === body) this.#broken(new FileSourceError('truncated', 'the connection was closed before the end'));
    });
    body.pause();
    if (this.#waiting) body.resume();
  }

  #detach(): void {
    const body = this.#inner;
    this.#inner = undefined;
    if (body === undefined) return;
    body.on('error', () => undefined);
    body.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received += chunk.length;
    this.#fruitless = 0;
    this.#lastByteMs = this.#options.clock.now();
    const { size } = this.#first;
    if (size !== null && this.#received > size) {
      this.#fail(new FileSourceError('corrupt', `more bytes came than the ${size} that were announced`));
      return;
    }
    if (this.push(chunk)) return;
    this.#waiting = false;
    this.#stopWatching();
    this.#inner?.pause();
  }

  #ended(): void {
    const { size } = this.#first;
    if (size !== null && this.#received < size) {
      this.#broken(new FileSourceError('truncated', `only ${this.#received} of ${size} bytes came`));
      return;
    }
    this.#inner = undefined;
    this.#stopWatching();
    this.#cancelWhole?.();
    this.push(null);
  }

  #broken(error: FileSourceError): void {
    this.#detach();
    this.#fruitless += 1;
    this.#resumes += 1;
    const spent = this.#fruitless > this.#options.maxFruitlessResumes || this.#resumes > mostResumes;
    if (error.status !== 'temporary' || spent) {
      this.#fail(spent ? error.with({ status: 'persistent' }, true) : error);
      return;
    }
    this.#options.onResume(error, this.#received);
    const { size, offset } = this.#first;
    this.#reopening = new AbortController();
    this.#options.reopen(offset + this.#received, size === null ? undefined : size - this.#received, this.#reopening.signal).then(
      (content) => this.#continue(content),
      (failure: unknown) => this.#fail(this.#explained(toFileSourceError(failure))),
    );
  }

  /** A rest that the vendor does not have was announced and never there. */
  #explained(error: FileSourceError): FileSourceError {
    if (error.kind !== 'range-not-satisfiable') return error;
    return new FileSourceError('truncated', `only ${this.#received} of ${this.#first.size ?? 'unknown'} bytes came, and the vendor has no more`, { status: 'persistent', cause: error });
  }

  #continue(content: Content): void {
    this.#reopening = undefined;
    if (this.destroyed) {
      content.body.destroy();
      return;
    }
    const before = this.#first;
    const changed =
      (before.validator !== null && content.validator !== null && before.validator !== content.validator) ||
      (before.totalSize !== null && content.totalSize !== null && before.totalSize !== content.totalSize);
    if (changed) {
      content.body.destroy();
      this.#fail(new FileSourceError('conflict', 'the file was changed while it was being read', { advice: 'Read it again from the start.' }));
      return;
    }
    this.#lastByteMs = this.#options.clock.now();
    this.#attach(content.body);
  }

  #overdue(): void {
    this.#fail(new FileSourceError('timeout', `the body was not at its end after ${this.#options.transferTimeoutMs} ms, at ${this.#received} bytes`, { status: 'permanent', advice: 'Raise transferTimeoutMs of the source.' }));
  }

  #fail(error: FileSourceError): void {
    this.destroy(this.#options.locate(error));
  }

  /** Runs only while a reader waits: a slow reader is not a silent vendor. */
  #watch(): void {
    if (this.#cancelWatch !== undefined) return;
    const { clock, idleTimeoutMs } = this.#options;
    // At most the time-out itself: a clock that was put back must not lengthen it.
    const leftMs = Math.min(Math.max(1, this.#lastByteMs + idleTimeoutMs - clock.now()), idleTimeoutMs);
    this.#cancelWatch = after(clock, leftMs, () => {
      this.#cancelWatch = undefined;
      if (this.#inner === undefined) this.#lastByteMs = clock.now();
      else if (clock.now() - this.#lastByteMs >= idleTimeoutMs) {
        this.#lastByteMs = clock.now();
        this.#broken(new FileSourceError('timeout', `no byte came for ${idleTimeoutMs} ms`, { advice: 'Try again later, or raise idleTimeoutMs of the source.' }));
      }
      if (!this.destroyed) this.#watch();
    });
  }

  #stopWatching(): void {
    this.#cancelWatch?.();
    this.#cancelWatch = undefined;
  }
}
