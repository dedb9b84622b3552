import { FileSourceError, toFileSourceError } from '@filesource/core';
import { Readable } from 'node:stream';

/** The start of a body, and the body as if nobody had looked; `length` is that of the whole body where it ended within the look. */
export interface Peeked {
  readonly start: Buffer;
  readonly length: number | null;
  readonly body: Readable;
}

/** Looks at up to `maxBytes` of a body. Destroying the returned body closes the one that was looked at. */
export function peek(body: Readable, maxBytes: number): Promise<Peeked> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise<Peeked>((resolve, reject) => {
    const settle = (finish: () => void): void => {
      body.off('readable', onReadable).off('end', onEnd).off('error', onError).off('close', onClose);
      finish();
    };
    const onReadable = (): void => {
      for (let chunk = body.read() as Buffer | null; chunk !== null; chunk = body.read() as Buffer | null) {
        chunks.push(chunk);
        size += chunk.length;
        if (size < maxBytes) continue;
        const start = Buffer.concat(chunks, size);
        // At once: a stream of which all was read takes nothing back a moment later.
        settle(() => body.unshift(start));
        resolve({ start, length: null, body });
        return;
      }
    };
    const onEnd = (): void => settle(() => resolve(wholeOf(Buffer.concat(chunks, size))));
    const onError = (error: unknown): void => settle(() => reject(toFileSourceError(error)));
    const onClose = (): void => settle(() => reject(new FileSourceError('truncated', 'the connection was closed before the end')));
    body.on('readable', onReadable).on('end', onEnd).on('error', onError).on('close', onClose);
  });
}

function wholeOf(start: Buffer): Peeked {
  return { start, length: start.length, body: Readable.from([start].filter((chunk) => chunk.length > 0), { objectMode: false }) };
}
