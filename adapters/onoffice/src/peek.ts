import { FileSourceError, toFileSourceError } from '@filesource/core';
import { Readable } from 'node:stream';

/** The start of a body, and the body as if nobody had looked; `length` is that of the whole body where it ended within the look. */
export interface Peeked {
  readonly start: Buffer;
  readonly length: number | null;
  readonly body: Readable;
}

/** Looks at up to `maxBytes` of a body. Destroying the returned body closes the one that was looked at. */
export async function peek(body: Readable, maxBytes: number): Promise<Peeked> {
  const chunks: Buffer[] = [];
  let size = 0;
  const hasEnded = await new Promise<boolean>((resolve, reject) => {
    const settle = (finish: () => void): void => {
      body.off('readable', onReadable).off('end', onEnd).off('error', onError).off('close', onClose);
      finish();
    };
    const onReadable = (): void => {
      for (let chunk = body.read() as Buffer | null; chunk !== null; chunk = body.read() as Buffer | null) {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= maxBytes) {
          settle(() => resolve(false));
          return;
        }
      }
    };
    const onEnd = (): void => settle(() => resolve(true));
    const onError = (error: unknown): void => settle(() => reject(toFileSourceError(error)));
    const onClose = (): void => settle(() => reject(new FileSourceError('truncated', 'the connection was closed before the end')));
    body.on('readable', onReadable).on('end', onEnd).on('error', onError).on('close', onClose);
  });
  const start = Buffer.concat(chunks, size);
  if (hasEnded) return { start, length: size, body: Readable.from([start].filter((chunk) => chunk.length > 0), { objectMode: false }) };
  body.unshift(start);
  return { start, length: null, body };
}
