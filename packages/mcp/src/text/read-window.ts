import type { Readable } from 'node:stream';
import { GatheredBytes } from '@filesource/core';

/** Up to `most` bytes of a body, and whether it ended there; the body is closed then, and with it the vendor's socket. */
export async function readWindow(body: Readable, most: number): Promise<{ readonly bytes: Buffer; readonly isEnd: boolean }> {
  const chunks = new GatheredBytes();
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.add(chunk);
    // One more, to know whether there is more.
    if (chunks.length > most) break;
  }
  return { bytes: chunks.whole().subarray(0, most), isEnd: chunks.length <= most };
}
