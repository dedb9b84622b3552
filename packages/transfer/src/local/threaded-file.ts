import type { BlockPool } from '@filesource/core';
import type { FilledBlock, FileWriterAnswer, WriterFailure } from './file-writer.ts';
import type { Piece, PieceWriter } from './piece-writer.ts';
import { WriterThread } from './writer-thread.ts';

/** Blocks of copied bytes that are kept to be filled again. */
const mostSpare = 4;

/**
 * A file that another thread writes and hashes.
 * - Memory that is the pieces' own goes there and comes back; other bytes are copied.
 */
export class ThreadedFile implements PieceWriter {
  readonly #thread: WriterThread;
  readonly #id: number;
  readonly #requests: Promise<void>[] = [];
  /** For bytes that are copied. */
  readonly #spare: ArrayBuffer[] = [];
  #last: Promise<void> = Promise.resolve();
  #failure: Error | undefined;

  private constructor(thread: WriterThread, id: number) {
    this.#thread = thread;
    this.#id = id;
  }

  /**
   * `before`: bytes that stand in the file already. `undefined` where no thread can be had.
   * - Throws what the file system says of them.
   */
  static async begin(file: { readonly fd: number; readonly path: string; readonly before: number }): Promise<ThreadedFile | undefined> {
    const joined = WriterThread.join();
    if (joined === undefined) return undefined;
    const { thread, id } = joined;
    const answer = await thread.ask({ id, ...file }).catch(() => undefined);
    if (answer !== undefined && answer.failure === undefined) return new ThreadedFile(thread, id);
    thread.leave(id);
    if (answer?.failure === undefined) return undefined;
    throw errorOf(answer.failure);
  }

  add(pieces: readonly Piece[], position: number): Promise<void> | undefined {
    if (this.#failure !== undefined) return this.#last;
    const blocks: FilledBlock[] = [];
    const homes: (BlockPool | undefined)[] = [];
    let others: Buffer[] = [];
    const copyOthers = (): void => {
      if (others.length === 0) return;
      blocks.push(this.#copied(others));
      homes.push(undefined);
      others = [];
    };
    for (const { chunk, home } of pieces) {
      if (home === undefined) {
        others.push(chunk);
        continue;
      }
      copyOthers();
      blocks.push({ block: chunk.buffer as ArrayBuffer, length: chunk.length });
      homes.push(home);
    }
    copyOthers();
    this.#track(this.#thread.ask({ id: this.#id, blocks, position }), homes);
    return this.#requests.length < this.#thread.mostRequests ? undefined : this.#requests[0];
  }

  async idle(): Promise<void> {
    await this.#last;
  }

  /** Lower-case hex, of all that was added and what stood there before. */
  async sha256(): Promise<string> {
    await this.#last;
    const { sha256, failure = nothingToHash } = await this.#thread.ask({ id: this.#id, isEnd: true });
    if (sha256 === undefined) throw errorOf(failure);
    return sha256;
  }

  close(): void {
    this.#thread.leave(this.#id);
  }

  /** Answers come in order, so the last of them means all. */
  #track(answer: Promise<FileWriterAnswer>, homes: readonly (BlockPool | undefined)[]): void {
    const done = answer.then(
      ({ blocks, failure }) => {
        void this.#requests.shift();
        for (const [index, block] of blocks.entries()) this.#giveBack(block, homes[index]);
        if (failure !== undefined) this.#failure ??= errorOf(failure);
        if (this.#failure !== undefined) throw this.#failure;
      },
      (error: Error) => {
        this.#failure ??= error;
        throw this.#failure;
      },
    );
    done.catch(() => undefined);
    this.#requests.push(done);
    this.#last = done;
  }

  #giveBack(block: ArrayBuffer, home: BlockPool | undefined): void {
    if (home !== undefined) home.giveBack(block);
    else if (this.#spare.length < mostSpare) this.#spare.push(block);
  }

  #copied(chunks: readonly Buffer[]): FilledBlock {
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const fitting = this.#spare.findIndex((block) => block.byteLength >= length);
    const [block = Buffer.allocUnsafeSlow(length).buffer] = fitting === -1 ? [] : this.#spare.splice(fitting, 1);
    const bytes = new Uint8Array(block);
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return { block, length };
  }
}

const nothingToHash: WriterFailure = { code: 'EIO', message: 'the thread does not know the file' };

function errorOf({ code, message }: WriterFailure): Error {
  return Object.assign(new Error(message), { code });
}
