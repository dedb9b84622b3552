import * as threads from 'node:worker_threads';
import * as zlib from 'node:zlib';
import { afterEach, expect, test } from '@jest/globals';
import { createInflating } from '../src/archive/inflating.ts';

const usualPoolSize = Buffer.poolSize;

afterEach(() => {
  Buffer.poolSize = usualPoolSize;
});

/** Node 24 shares 64 KiB among small buffers, older ones 8 KiB; a host may set it to anything. */
test.each([8 * 1024, 64 * 1024, 256 * 1024])('memory that Node shares among small buffers, %d bytes here, is not given away with one of them', (poolSize) => {
  Buffer.poolSize = poolSize;
  // What is left of the pool before.
  for (let used = 0; used < 512 * 1024; used += 1000) Buffer.allocUnsafe(1000);
  const inflating = createInflating({ threads, zlib });
  const text = 'small '.repeat(300);
  const inflated = inflating.whole(zlib.deflateRawSync(text), text.length);
  const beside = Buffer.allocUnsafe(8).fill('b');
  inflating.release(inflated);
  expect(inflated.toString()).toBe(text);
  expect(beside.toString()).toBe('bbbbbbbb');
});

test('memory of its own is given back at once', () => {
  const inflating = createInflating({ threads, zlib });
  const inflated = inflating.whole(zlib.deflateRawSync(Buffer.alloc(300_000)), 300_000);
  inflating.release(inflated);
  expect(inflated.length).toBe(0);
});
