import { Writable } from 'node:stream';

/** A stream that keeps what is written, as a pipe or as a terminal. */
export class Capture extends Writable {
  readonly chunks: Buffer[] = [];
  isTTY = false;
  columns = 100;
  onText: (text: string) => void = () => undefined;

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(Buffer.from(chunk));
    this.onText(chunk.toString());
    done();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return this.bytes.toString('utf8');
  }

  get lines(): readonly string[] {
    return this.text.split('\n').filter((line) => line !== '');
  }
}

export function terminal(columns = 100): Capture {
  const capture = new Capture();
  capture.isTTY = true;
  capture.columns = columns;
  return capture;
}

/** A pipe whose reader goes away after so many writes. */
export class BrokenPipe extends Writable {
  #left: number;

  constructor(writes: number) {
    super();
    this.#left = writes;
  }

  override _write(_chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#left -= 1;
    done(this.#left >= 0 ? undefined : Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  }
}

/** A file on a disk without room. */
export class FullDisk extends Writable {
  override _write(_chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    done(Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' }));
  }
}
