import { expect, test } from '@jest/globals';
import { BlockPool } from '@filesource/core';
import type { Piece } from '../src/local/piece-writer.ts';
import { WriteQueue, type ChunkWriter } from '../src/local/write-queue.ts';

interface Disk {
  readonly file: ChunkWriter;
  /** Positions of the writes that are asked for. */
  readonly asked: number[];
  /** Ends the write at a position: with all of its bytes, with fewer, or not well. */
  end(position: number, how?: number | Error): Promise<void>;
}

/** A disk whose writes end when a test says so. */
function disk(): Disk {
  const asked: number[] = [];
  const waiting = new Map<number, { readonly bytes: number; readonly settle: (how: number | Error) => void }>();
  const writev: ChunkWriter['writev'] = (chunks, position) => {
    asked.push(position);
    return new Promise((resolve, reject) => {
      const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      waiting.set(position, { bytes, settle: (how) => (typeof how === 'number' ? resolve({ bytesWritten: how }) : reject(how)) });
    });
  };
  return {
    file: { writev },
    asked,
    end: async (position, how) => {
      const write = waiting.get(position);
      write?.settle(how ?? write.bytes);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const chunk = Buffer.alloc(10, 'x');

/** Writes down which blocks came back, by what is in them. */
class Home extends BlockPool {
  readonly cameBack: number[] = [];

  constructor() {
    super({ blockBytes: 10, mostFree: 10 });
  }

  override giveBack(block: ArrayBuffer): void {
    this.cameBack.push(new Uint8Array(block)[0] ?? 0);
  }

  piece(content: number): Piece {
    const own = Buffer.alloc(10, content);
    return { chunk: Buffer.from(own.buffer.slice(own.byteOffset, own.byteOffset + 10)), home: this };
  }
}

const piece: Piece = { chunk, home: undefined };

test('four writes are on their way at once, and the next one waits for the first of them', async () => {
  const { file, asked, end } = disk();
  const queue = new WriteQueue(file);
  const waits = [0, 10, 20, 30].map((position) => queue.add([piece], position));
  expect(waits.map((wait) => wait === undefined)).toEqual([true, true, true, false]);
  expect(asked).toEqual([0, 10, 20, 30]);
  let hasRoom = false;
  void waits[3]?.then(() => (hasRoom = true));
  await end(10);
  expect(hasRoom).toBe(false);
  await end(0);
  expect(hasRoom).toBe(true);
});

test('all is written only when there is no gap, in whatever order the writes end; then the blocks come back', async () => {
  const { file, end } = disk();
  const home = new Home();
  const queue = new WriteQueue(file);
  for (const position of [0, 10, 20]) void queue.add([home.piece(position)], position);
  await end(20);
  await end(10);
  expect(home.cameBack).toEqual([]);
  await end(0);
  expect(home.cameBack).toEqual([0, 10, 20]);
  await queue.idle();
});

test('a write that takes only some of its bytes is gone on with, across chunks', async () => {
  const { file, asked, end } = disk();
  const home = new Home();
  const queue = new WriteQueue(file);
  void queue.add([piece, { chunk: Buffer.alloc(0), home: undefined }, home.piece(1), piece], 100);
  await end(100, 10);
  await end(110, 3);
  expect(home.cameBack).toEqual([]);
  await end(113);
  expect(asked).toEqual([100, 110, 113]);
  expect(home.cameBack).toEqual([1]);
});

test('after a write that failed nothing is taken any more, and the failure stays', async () => {
  const { file, asked, end } = disk();
  const home = new Home();
  const queue = new WriteQueue(file);
  for (const position of [0, 10, 20]) void queue.add([home.piece(position)], position);
  await end(0);
  await end(10, new Error('full'));
  await end(20);
  expect(home.cameBack).toEqual([0]);
  await expect(queue.add([piece], 30)).rejects.toThrow('full');
  await expect(queue.idle()).rejects.toThrow('full');
  await expect(queue.idle()).rejects.toThrow('full');
  expect(asked).toEqual([0, 10, 20]);
});
