import { writevSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/** All of the chunks at a position; a write may take only a part of them. */
export async function writeChunks(handle: FileHandle, chunks: readonly Buffer[], position: number): Promise<void> {
  let left = chunks.filter((chunk) => chunk.length > 0);
  for (let at = position; left.length > 0; ) {
    const { bytesWritten } = await handle.writev(left, at);
    at += bytesWritten;
    left = withoutFirst(left, bytesWritten);
  }
}

/** The same on this thread. */
export function writeChunksSync({ fd }: FileHandle, chunks: readonly Buffer[], position: number): void {
  let left = chunks.filter((chunk) => chunk.length > 0);
  for (let at = position; left.length > 0; ) {
    const written = writevSync(fd, left, at);
    at += written;
    left = withoutFirst(left, written);
  }
}

function withoutFirst(chunks: readonly Buffer[], bytes: number): Buffer[] {
  let skip = bytes;
  const next = chunks.findIndex((chunk) => {
    if (skip < chunk.length) return true;
    skip -= chunk.length;
    return false;
  });
  const [first, ...rest] = next === -1 ? [] : chunks.slice(next);
  return first === undefined ? [] : [first.subarray(skip), ...rest];
}
