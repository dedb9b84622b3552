import type { Readable } from 'node:stream';
import { abortError, FileSourceError, throwIfAborted, toFileSourceError, type Clock } from '@filesource/core';
import type { PartFile } from './local/part-file.ts';
import { codeOf } from './local/target-error.ts';

export interface ReceiveOptions {
  readonly signal?: AbortSignal;
  readonly onBytes?: (bytes: number) => void;
  /** Called after each chunk is taken, and waited for. */
  readonly onWritten?: () => Promise<void>;
  /** Longest silence of a body that nobody else watches over. */
  readonly idle?: { readonly clock: Clock; readonly timeoutMs: number };
}

/** Writes a body into a part; the body is closed in every case. */
export async function receive(body: Readable, part: PartFile, options: ReceiveOptions = {}): Promise<void> {
  const { signal, onBytes, onWritten, idle } = options;
  const onAbort = (): void => {
    if (signal !== undefined) body.destroy(abortError(signal));
  };
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  // An error between two reads has a listener, whatever the reader is doing.
  body.on('error', ignore);
  const watch = idle === undefined ? undefined : new IdleWatch(body, idle);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      watch?.pause();
      await part.write(chunk);
      onBytes?.(chunk.length);
      if (onWritten !== undefined) await onWritten();
      watch?.resume();
    }
    throwIfAborted(signal);
  } catch (error) {
    if (codeOf(error) === 'ERR_STREAM_PREMATURE_CLOSE') throw new FileSourceError('truncated', 'the connection was closed before the end', { cause: error });
    throw error;
  } finally {
    watch?.stop();
    signal?.removeEventListener('abort', onAbort);
    body.destroy();
  }
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
  throw new FileSourceError('conflict', `${received} bytes came, the vendor lists ${listed}: the file was changed`, { advice: 'Pull it again.' });
}
