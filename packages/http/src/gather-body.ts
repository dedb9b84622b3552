import type { Readable } from 'node:stream';
import { abortError, WholeBody } from '@filesource/core';
import { AnswerBody, BrokenBody, truncated, type AnswerBodyOptions } from './answer-body.ts';
import { toHttpError } from './http-error.ts';
import { wholePatienceMs } from './whole-bodies.ts';

/**
 * A body of known length that is small, read to its end: as a stream it would cost more than its bytes.
 * - One that breaks off fails as a stream does, when it is read.
 */
export function gatherBody(source: Readable, options: AnswerBodyOptions & { readonly length: number }): Promise<Readable> {
  const { length, signal } = options;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let received = 0;
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      source.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken);
      source.on('error', () => undefined);
      signal?.removeEventListener('abort', onAbort);
      end();
    };
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      received += chunk.length;
    };
    const onEnd = (): void => {
      const [only] = chunks;
      settle(() => resolve(received < length ? new BrokenBody(truncated(received, length)) : new WholeBody(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, received))));
    };
    const onBroken = (error?: unknown): void => settle(() => resolve(new BrokenBody(truncated(received, length, error))));
    const onAbort = (): void => {
      settle(() => reject(signal === undefined ? toHttpError(undefined, signal) : abortError(signal)));
      source.destroy();
    };
    const timer = setTimeout(() => {
      source.pause();
      settle(() => resolve(new AnswerBody(source, { ...options, before: chunks })));
    }, wholePatienceMs);
    if (signal?.aborted === true) {
      onAbort();
      return;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    source.on('data', onData).once('end', onEnd).once('error', onBroken).once('close', onBroken);
  });
}
