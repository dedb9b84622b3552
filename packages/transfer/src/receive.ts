import type { Readable } from 'node:stream';
import { abortError, FileSourceError, handsOver, homeOf, throwIfAborted, toFileSourceError, type Clock } from '@filesource/core';
import type { PartFile } from './local/part-file.ts';
import { codeOf } from './local/target-error.ts';

export interface ReceiveOptions {
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
  /** Where nothing more of the body is wanted, which may change meanwhile; as bytes of the part. Default: its end. */
  readonly until?: () => number;
  /** Leaves the body open and paused where `until` ended it, with all that follows. Default: it is closed. */
  readonly keepsOpen?: boolean;
  /** Called after each chunk is taken, and waited for. */
  readonly onWritten?: () => Promise<void> | undefined;
  /** Bytes that the vendor lists, where the body announces none: one that goes on beyond them is given up. */
  readonly listed?: number | null;
  /** Longest silence of a body that nobody else watches over. */
  readonly idle?: { readonly clock: Clock; readonly timeoutMs: number };
}

/** What bytes are put into, and how many are there. */
export type Receiver = Pick<PartFile, 'take' | 'bytes'>;

/**
 * Writes a body into a part; the body is closed in every case but that of `keepsOpen`.
 * - Throws `conflict` as soon as more bytes come than are `listed`, as {@link checkSize} would at the end: that may never come.
 */
export async function receive(body: Readable, part: Receiver, options: ReceiveOptions = {}): Promise<void> {
  const { signal, idle } = options;
  const onAbort = (): void => {
    if (signal !== undefined) body.destroy(abortError(signal));
  };
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const watch = idle === undefined ? undefined : new IdleWatch(body, idle);
  let isKept = false;
  try {
    isKept = await pour(body, part, options, watch);
    throwIfAborted(signal);
  } catch (error) {
    if (codeOf(error) === 'ERR_STREAM_PREMATURE_CLOSE') throw closedEarly(error);
    throw error;
  } finally {
    watch?.stop();
    signal?.removeEventListener('abort', onAbort);
    // An error that comes late has a listener.
    if (!isKept || !body.listeners('error').includes(ignore)) body.on('error', ignore);
    if (!isKept || signal?.aborted === true) body.destroy();
  }
}

/** By events: for a small file, an iterator would cost more than all else here. True where the body goes on after what was wanted. */
function pour(body: Readable, part: Receiver, options: ReceiveOptions, watch: IdleWatch | undefined): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (body.errored !== null) throw body.errored;
    if (body.destroyed && !body.readableEnded) throw closedEarly();
    // Only where nobody else sees the chunks may their memory be used for something else.
    const isAlone = handsOver(body);
    const { listed, until, keepsOpen = false } = options;
    let isBusy = false;
    let hasEnded = body.readableEnded;
    let hasFailed = false;
    let isEnough = false;
    let underWay: Promise<void> = Promise.resolve();
    const whileGoing: ReceiveOptions = { ...options, onWritten: () => (hasFailed ? undefined : options.onWritten?.()) };
    const fail = (error: unknown): void => {
      hasFailed = true;
      // A body that is made in this thread would go on for ever before anybody could destroy it.
      body.pause();
      // Whoever carries the part on, or closes it, must not meet what is still being written to it.
      underWay.then(() => reject(error), () => reject(error));
    };
    const goOn = (): void => {
      if (hasFailed) return;
      isBusy = false;
      watch?.resume();
      if (hasEnded || isEnough) end();
      else body.resume();
    };
    const end = (): void => {
      const isOpen = keepsOpen && isEnough && !hasEnded;
      if (isOpen) for (const [event, listener] of listeners) body.off(event, listener);
      resolve(isOpen);
    };
    const onError = (error: unknown): void => {
      if (!isEnough) fail(error);
    };
    const onClose = (): void => {
      if (!hasEnded && !isEnough) fail(closedEarly());
    };
    const onEnd = (): void => {
      hasEnded = true;
      if (!isBusy && !hasFailed) end();
    };
    const onData = (chunk: Buffer): void => {
      if (hasFailed || isEnough) return;
      watch?.pause();
      try {
        if (typeof listed === 'number' && part.bytes + chunk.length > listed) throw grown(part.bytes + chunk.length, listed);
        const wanted = until === undefined ? Number.POSITIVE_INFINITY : Math.max(0, until() - part.bytes);
        isEnough = chunk.length >= wanted;
        if (isEnough && keepsOpen) putBack(body, chunk, wanted);
        const taken = takeChunk(chunk, wanted, part, isAlone, whileGoing);
        if (taken === undefined) {
          watch?.resume();
          if (isEnough) end();
          return;
        }
        isBusy = true;
        body.pause();
        underWay = taken;
        taken.then(goOn, fail);
      } catch (error) {
        fail(error);
      }
    };
    const listeners = [['error', onError], ['close', onClose], ['end', onEnd], ['data', onData]] as const;
    for (const [event, listener] of listeners) body.on(event, listener);
    if (hasEnded) resolve(false);
    // One who listened before may have stopped it.
    else body.resume();
  });
}

/** The rest of a chunk comes again, from memory of its own: that of the chunk may be used for something else once what is wanted was written. */
function putBack(body: Readable, chunk: Buffer, wanted: number): void {
  body.pause();
  if (chunk.length > wanted) body.unshift(Buffer.from(chunk.subarray(wanted)));
}

/** As much of it as is wanted; `undefined` when the next chunk can come at once. */
function takeChunk(chunk: Buffer, wanted: number, part: Receiver, isAlone: boolean, { onBytes, onWritten }: ReceiveOptions): Promise<void> | undefined {
  const bytes = Math.min(chunk.length, wanted);
  const taken = part.take(bytes === chunk.length ? chunk : chunk.subarray(0, bytes), isAlone ? homeOf(chunk) : undefined);
  onBytes?.(bytes);
  return taken === undefined ? onWritten?.() : taken.then(onWritten);
}

function closedEarly(cause?: unknown): FileSourceError {
  return new FileSourceError('truncated', 'the connection was closed before the end', cause === undefined ? {} : { cause });
}

function ignore(): void {
  // The reader of the body gets the error.
}

const slicesOfSilence = 8;

/** Ends a body that says nothing for too long while somebody waits for it; counts its own waits, so that no clock that is put back or forward matters. */
class IdleWatch {
  readonly #stop = new AbortController();
  #chunks = 0;
  #isPaused = false;

  constructor(body: Readable, { clock, timeoutMs }: { readonly clock: Clock; readonly timeoutMs: number }) {
    this.#run(body, clock, timeoutMs).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) body.destroy(toFileSourceError(error));
    });
  }

  pause(): void {
    this.#chunks += 1;
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #run(body: Readable, clock: Clock, timeoutMs: number): Promise<void> {
    for (let silent = 0; silent < slicesOfSilence; ) {
      const before = this.#chunks;
      await clock.sleep(Math.max(1, timeoutMs / slicesOfSilence), this.#stop.signal);
      silent = this.#isPaused || this.#chunks !== before ? 0 : silent + 1;
    }
    body.destroy(new FileSourceError('timeout', `no byte came for ${timeoutMs} ms`));
  }
}

/**
 * Compares what came with what the vendor announced, in a listing and with the bytes.
 * - Fewer bytes are `truncated`; more, or another size for the whole file, are `conflict`: it was changed on the way.
 */
export function checkSize(received: number, sizes: { readonly listed: number | null; readonly announced: number | null }): void {
  const { listed, announced } = sizes;
  if (announced !== null && received < announced) throw new FileSourceError('truncated', `only ${received} of ${announced} bytes came`, { status: 'persistent' });
  if (announced !== null && received > announced) throw new FileSourceError('corrupt', `${received} bytes came, ${announced} were announced`);
  if (listed === null || received === listed) return;
  if (received < listed) throw new FileSourceError('truncated', `${received} bytes came, the vendor lists ${listed}`, { status: 'persistent', advice: 'Pull it again; when it stays so, the file is damaged at the vendor.' });
  throw grown(received, listed);
}

function grown(received: number, listed: number): FileSourceError {
  return new FileSourceError('conflict', `${received} bytes came, the vendor lists ${listed}: the file was changed`, { advice: 'Pull it again.' });
}
