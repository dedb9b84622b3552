import { createReadStream } from 'node:fs';
import type { FileHash, RunningHash } from '@filesource/core';
import { FileHashThread } from './file-hash-thread.ts';

let lastId = 0;

/**
 * SHA-256 of a file while it is written, on one thread for all of them.
 * - Where no thread can be had, or it fails, the file is read here at its end.
 */
export function sha256OfFile(path: string, sha256: () => RunningHash): FileHash {
  lastId += 1;
  const id = lastId;
  let bytes = 0;
  const thread = FileHashThread.join(id);
  thread?.send({ id, path });
  return {
    written: (count) => {
      bytes = count;
      thread?.send({ id, written: count });
    },
    hex: async () => {
      try {
        return (await thread?.hex(id)) ?? (await hashHere(path, bytes, sha256()));
      } finally {
        thread?.leave(id);
      }
    },
    close: () => thread?.leave(id),
  };
}

async function hashHere(path: string, bytes: number, hash: RunningHash): Promise<string> {
  let seen = 0;
  if (bytes > 0) {
    for await (const chunk of createReadStream(path, { end: bytes - 1, highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      seen += chunk.length;
    }
  }
  if (seen < bytes) throw Object.assign(new Error('the file is shorter than what was written'), { code: 'EIO' });
  return hash.hex();
}
