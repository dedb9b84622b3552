import type { Piece, PieceWriter } from './piece-writer.ts';

/** Writes on their way at once: enough that the disk has always something to do, and little to hold in memory. */
const mostWrites = 4;

/** What of a file is written to; a `FileHandle` is one. */
export interface ChunkWriter {
  writev(chunks: readonly Buffer[], position: number): Promise<{ readonly bytesWritten: number }>;
}

/**
 * Writes pieces in the thread pool.
 * - What follows a write that failed counts for nothing: `idle` fails from then on, and so does every further `add`.
 */
export class WriteQueue implements PieceWriter {
  readonly #file: ChunkWriter;
  readonly #writes: Promise<void>[] = [];
  #last: Promise<void> = Promise.resolve();
  #hasFailed = false;

  constructor(file: ChunkWriter) {
    this.#file = file;
  }

  add(pieces: readonly Piece[], position: number): Promise<void> | undefined {
    if (this.#hasFailed) return this.#last;
    const before = this.#last;
    const write = writeChunks(this.#file, pieces.map(({ chunk }) => chunk), position);
    const done = Promise.all([before, write]).then(() => {
      void this.#writes.shift();
      for (const { chunk, home } of pieces) home?.giveBack(chunk.buffer as ArrayBuffer);
    });
    done.catch(() => (this.#hasFailed = true));
    this.#last = done;
    this.#writes.push(done);
    return this.#writes.length < mostWrites ? undefined : this.#writes[0];
  }

  async idle(): Promise<void> {
    await this.#last;
  }
}

/** All of the chunks at a position; a write may take only a part of them. */
async function writeChunks(file: ChunkWriter, chunks: readonly Buffer[], position: number): Promise<void> {
  let left = chunks.filter((chunk) => chunk.length > 0);
  for (let at = position; left.length > 0; ) {
    const { bytesWritten } = await file.writev(left, at);
    at += bytesWritten;
    left = withoutFirst(left, bytesWritten);
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
