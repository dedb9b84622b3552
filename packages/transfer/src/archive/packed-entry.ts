import { Readable } from 'node:stream';
import { FileSourceError } from '@filesource/core';
import { corruptEntry } from './archive-entry.ts';
import type { RemoteFile } from './remote-file.ts';
import type { ZipEntry } from './zip-directory.ts';

const headerBytes = 30;
/** What the header of an entry mostly has besides its name, such as times and sizes in full. */
const usualExtraBytes = 128;

/**
 * The packed bytes of an entry, which stand behind a header of their own.
 * - Both come with one range where that header is as long as they mostly are, else the rest with another.
 * - Throws `corrupt` where the header is not where the directory says, or goes on past the end.
 */
export async function openPacked(file: RemoteFile, { headerOffset, packedSize, path }: ZipEntry, signal: AbortSignal | undefined): Promise<Readable> {
  const left = file.size - headerOffset;
  if (headerBytes + packedSize > left) throw corruptEntry(path, 'it goes on past the end of the archive');
  const asked = Math.min(left, headerBytes + Buffer.byteLength(path) + usualExtraBytes + packedSize);
  const body = await file.stream(headerOffset, asked, signal);
  try {
    const coming = body[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
    const start = await startOf(coming);
    if (start.length < headerBytes) throw new FileSourceError('truncated', `${start.length} bytes came for a range of ${asked}`);
    if (start.readUInt32LE(0) !== 0x04034b50) throw corruptEntry(path, 'it is not where the directory says');
    const skipped = headerBytes + start.readUInt16LE(26) + start.readUInt16LE(28);
    const end = skipped + packedSize;
    if (end > left) throw corruptEntry(path, 'it goes on past the end of the archive');
    const more = end > asked ? (): Promise<Readable> => file.stream(headerOffset + asked, end - asked, signal) : undefined;
    const packed = Readable.from(cut(chunksOf(start, coming, more), skipped, packedSize), { objectMode: false });
    // Also where nobody has read of it, and nothing of what it is made from has run.
    packed.once('close', () => body.destroy());
    return packed;
  } catch (error) {
    body.destroy();
    throw error;
  }
}

async function startOf(coming: AsyncIterator<Buffer, undefined>): Promise<Buffer> {
  let start = Buffer.alloc(0);
  while (start.length < headerBytes) {
    const { value } = await coming.next();
    if (value === undefined) break;
    start = Buffer.concat([start, value]);
  }
  return start;
}

async function* chunksOf(start: Buffer, coming: AsyncIterator<Buffer, undefined>, more: (() => Promise<Readable>) | undefined): AsyncGenerator<Buffer, void, undefined> {
  yield start;
  for (let next = await coming.next(); next.value !== undefined; next = await coming.next()) yield next.value;
  if (more !== undefined) yield* (await more()) as AsyncIterable<Buffer>;
}

/** A part of the chunks; they are read to their end, which is near, so that their connection can be used again. */
async function* cut(chunks: AsyncIterable<Buffer>, from: number, length: number): AsyncGenerator<Buffer, void, undefined> {
  let at = 0;
  for await (const chunk of chunks) {
    const part = chunk.subarray(Math.min(chunk.length, Math.max(0, from - at)), Math.max(0, from + length - at));
    at += chunk.length;
    if (part.length > 0) yield part;
  }
}
