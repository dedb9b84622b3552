import { LateReadable } from './late-readable.ts';

interface Until {
  readonly signal: AbortSignal;
  readonly errorOf: () => Error;
}

/**
 * A body that is in memory already.
 * - Whoever knows what it is takes the bytes at once, which for a small file costs a fraction of reading a stream; to all others it is one.
 */
export class WholeBody extends LateReadable {
  override readonly chunkBytes = 64 * 1024;
  readonly #bytes: Buffer;
  #at = 0;
  #isTaken = false;
  #until: Until | undefined;
  #stopListening: (() => void) | undefined;

  constructor(bytes: Buffer) {
    super();
    this.#bytes = bytes;
  }

  /** Of the whole body. */
  get length(): number {
    return this.#bytes.length;
  }

  /** It fails with this error from the moment that the signal fires. */
  endAt(signal: AbortSignal, errorOf: () => Error): void {
    this.#until = { signal, errorOf };
  }

  /** All of it, and the end of the body; `undefined` when some of it was read, or it was destroyed. Throws when its signal has fired. */
  takeBytes(): Buffer | undefined {
    if (this.#isTaken || (this.isMade && (this.destroyed || this.#at > 0 || this.readableEnded))) return undefined;
    if (this.#until?.signal.aborted === true) throw this.#until.errorOf();
    this.#isTaken = true;
    if (this.isMade) this.destroy();
    return this.#bytes;
  }

  protected override made(): void {
    // A body that is given up before anybody reads it must not end the process.
    this.on('error', () => undefined);
    if (this.#isTaken) this.destroy();
  }

  override _read(): void {
    if (this.#at === 0) this.#listen();
    if (this.destroyed) return;
    const chunk = this.#bytes.subarray(this.#at, this.#at + this.chunkBytes);
    this.#at += chunk.length;
    this.push(chunk.length === 0 ? null : chunk);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stopListening?.();
    done(error);
  }

  #listen(): void {
    const until = this.#until;
    if (until === undefined) return;
    const { signal, errorOf } = until;
    const onAbort = (): void => void this.destroy(errorOf());
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    // No function is assigned to a property here: V8 puts such a one among the old objects, and the bytes that it leads to stay.
    const stopListening = (): void => signal.removeEventListener('abort', onAbort);
    this.#stopListening = stopListening;
  }
}
