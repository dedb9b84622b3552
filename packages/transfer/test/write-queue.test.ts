import { expect, test } from '@jest/globals';
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

test('four writes are on their way at once, and the next one waits for the first of them', async () => {
  const { file, asked, end } = disk();
  const queue = new WriteQueue(file, () => undefined);
  const waits = [0, 10, 20, 30].map((position) => queue.add([chunk], position, position + 10));
  expect(waits.map((wait) => wait === undefined)).toEqual([true, true, true, false]);
  expect(asked).toEqual([0, 10, 20, 30]);
  let hasRoom = false;
  void waits[3]?.then(() => (hasRoom = true));
  await end(10);
  expect(hasRoom).toBe(false);
  await end(0);
  expect(hasRoom).toBe(true);
});

test('what is written is told without a gap, in whatever order the writes end', async () => {
  const { file, end } = disk();
  const told: number[] = [];
  const queue = new WriteQueue(file, (upTo) => told.push(upTo));
  for (const position of [0, 10, 20]) void queue.add([chunk], position, position + 10);
  await end(20);
  await end(10);
  expect(told).toEqual([]);
  await end(0);
  expect(told).toEqual([10, 20, 30]);
  await queue.idle();
});

test('a write that takes only some of its bytes is gone on with, across chunks', async () => {
  const { file, asked, end } = disk();
  const told: number[] = [];
  const queue = new WriteQueue(file, (upTo) => told.push(upTo));
  void queue.add([chunk, Buffer.alloc(0), chunk, chunk], 100, 130);
  await end(100, 10);
  await end(110, 3);
  expect(told).toEqual([]);
  await end(113);
  expect(asked).toEqual([100, 110, 113]);
  expect(told).toEqual([130]);
});

test('after a write that failed nothing is told and nothing is taken any more, and the failure stays', async () => {
  const { file, asked, end } = disk();
  const told: number[] = [];
  const queue = new WriteQueue(file, (upTo) => told.push(upTo));
  for (const position of [0, 10, 20]) void queue.add([chunk], position, position + 10);
  await end(0);
  await end(10, new Error('full'));
  await end(20);
  expect(told).toEqual([10]);
  await expect(queue.add([chunk], 30, 40)).rejects.toThrow('full');
  await expect(queue.idle()).rejects.toThrow('full');
  await expect(queue.idle()).rejects.toThrow('full');
  expect(asked).toEqual([0, 10, 20]);
});
