import { FileSourceError } from '@filesource/core';
import { Readable } from 'node:stream';

const chunkBytes = 64 * 1024;
const mebibyte = 1024 * 1024;

/** The bytes of base64 `content`. Throws `corrupt` for what is not base64, and when its length is not the announced one. */
export function decodeContent(content: string, size: number | null): Buffer {
  const text = /\s/.test(content) ? content.replace(/\s+/g, '') : content;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== (text.length / 4) * 3 - padding) {
    throw new FileSourceError('corrupt', 'the content in the answer of onOffice is not base64', { status: 'temporary' });
  }
  if (size === null || bytes.length === size) return bytes;
  const message = `onOffice sent ${bytes.length} bytes of a file that has ${size}`;
  throw bytes.length < size ? new FileSourceError('truncated', message) : new FileSourceError('corrupt', message, { status: 'temporary' });
}

export function streamOf(bytes: Buffer): Readable {
  function* chunks(): Generator<Buffer> {
    for (let start = 0; start < bytes.length; start += chunkBytes) yield bytes.subarray(start, start + chunkBytes);
  }
  return Readable.from(chunks(), { objectMode: false });
}

/**
 * The longest answer that can hold a file: base64 makes it a third longer, and PHP writes each `/` of it as `\/`,
 * which at worst doubles that; the rest is for line breaks and the envelope.
 */
export function maxAnswerBytes(fileBytes: number): number {
  return Math.ceil((fileBytes * 8 * 1.06) / 3) + mebibyte;
}
