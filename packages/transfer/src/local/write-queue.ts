/** Writes on their way at once: enough that the disk has always something to do, and little to hold in memory. */
const mostWrites = 4;

/** What of a file is written to; a `FileHandle` is one. */
export interface ChunkWriter {
  writev(chunks: readonly Buffer[], position: number): Promise<{ readonly bytesWritten: number }>;
}

/**
 * Writes pieces of a file while the next ones arrive.
 * - What follows a write that failed counts for nothing: `idle` fails from then on, and so does every further `add`.
 */
export class WriteQueue {
  readonly #file: ChunkWriter;
  readonly #onWritten: (end: number) => void;
  readonly #writes: Promise<void>[] = [];
  #last: Promise<void> = Promise.resolve();
  #hasFailed = false;

  /** `onWritten` hears up to where the file is written without a gap. */
  constructor(file: ChunkWriter, onWritten: (end: number) => void) {
    this.#file = file;
    this.#onWritten = onWritten;
  }

  /** Takes chunks that go to a position; what it returns, where it does, resolves when there is room for the next ones. */
  add(chunks: readonly Buffer[], position: number, end: number): Promise<void> | undefined {
    if (this.#hasFailed) return this.#last;
    const before = this.#last;
    const write = writeChunks(this.#file, chunks, position);
    const done = Promise.all([before, write]).then(() => {
      void this.#writes.shift();
      this.#onWritten(end);
    });
    done.catch(() => (this.#hasFailed = true));
    this.#last = done;
    this.#writes.push(done);
    return this.#writes.length < mostWrites ? undefined : this.#writes[0];
  }

  /** Resolves when all is written; fails with what the first write failed with that did. */
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
