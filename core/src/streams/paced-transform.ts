import { Transform } from 'node:stream';
import { toFileSourceError } from '../errors/to-file-source-error.ts';
import type { RateLimiter } from '../limits/rate-limiter.ts';

/** Passes bytes on as a rate allows; one that is destroyed leaves the queue of the others at once. */
export class PacedTransform extends Transform {
  readonly #bytes: RateLimiter;
  readonly #gone = new AbortController();

  constructor(bytes: RateLimiter) {
    super();
    this.#bytes = bytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#pass(chunk).then(
      () => done(),
      (error: unknown) => done(toFileSourceError(error)),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#gone.abort();
    done(error);
  }

  async #pass(chunk: Buffer): Promise<void> {
    const { burst } = this.#bytes;
    for (let start = 0; start < chunk.length; start += burst) {
      const part = chunk.subarray(start, start + burst);
      await this.#bytes.take(part.length, this.#gone.signal);
      this.push(part);
    }
  }
}
