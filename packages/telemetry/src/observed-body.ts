import { pipeline, Transform, type Readable } from 'node:stream';
import type { Recording } from './recording.ts';

/** The same bytes; the span ends when the body does, or is given up. */
export function observeBody(body: Readable, recording: Recording): Readable {
  const observed = new ObservedBody(recording);
  pipeline(body, observed, () => undefined);
  return observed;
}

class ObservedBody extends Transform {
  readonly #recording: Recording;
  readonly #startedSeconds: number;
  #bytes = 0;
  #isWhole = false;

  constructor(recording: Recording) {
    super();
    this.#recording = recording;
    this.#startedSeconds = recording.seconds;
    recording.instruments?.activeBodies.add(1, recording.attributes);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null, chunk?: Buffer) => void): void {
    this.#bytes += chunk.length;
    done(null, chunk);
  }

  override _flush(done: () => void): void {
    this.#isWhole = true;
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const { span, instruments, attributes, seconds } = this.#recording;
    span.setAttributes({ 'filesource.body.size': this.#bytes, 'filesource.body.complete': this.#isWhole });
    instruments?.activeBodies.add(-1, attributes);
    instruments?.bytes.add(this.#bytes, attributes);
    instruments?.bodyDuration.record(seconds - this.#startedSeconds, attributes);
    // Giving a body up is nobody's failure.
    this.#recording.end(error === null ? undefined : error);
    done(error);
  }
}
