import type { Readable } from 'node:stream';

/** Up to `most` bytes of a body, and whether it ended there; the body is closed then, and with it the vendor's socket. */
export async function readWindow(body: Readable, most: number): Promise<{ readonly bytes: Buffer; readonly isEnd: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    // One more, to know whether there is more.
    if (length > most) break;
  }
  const bytes = Buffer.concat(chunks);
  return { bytes: bytes.subarray(0, most), isEnd: length <= most };
}
