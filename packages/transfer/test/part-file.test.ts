import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { nodeHashing } from '@filesource/testkit';
import { PartFile } from '../src/local/part-file.ts';
import { sha256, temporaryDirectory } from './helpers.ts';

const mebibyte = 1024 * 1024;
const onLinux = existsSync('/dev/full') ? test : test.skip;
afterEach(() => void jest.restoreAllMocks());

/** Counts the writes that go through the thread pool. */
async function watchPool(): Promise<{ readonly mock: { readonly calls: readonly unknown[] } }> {
  const handle = await open('/dev/null', 'r');
  const prototype = Object.getPrototypeOf(handle) as Pick<FileHandle, 'writev'>;
  await handle.close();
  return jest.spyOn(prototype, 'writev');
}

async function partOf(size: number | null): Promise<{ readonly part: PartFile; readonly partPath: string; readonly finalPath: string }> {
  const directory = await temporaryDirectory();
  const [partPath, finalPath] = [join(directory, 'part'), join(directory, 'whole')];
  return { part: new PartFile({ partPath, finalPath, shownPath: 'whole', hashing: nodeHashing, size }), partPath, finalPath };
}

test('a part has the size that is announced from its first write on', async () => {
  const bytes = randomBytes(5 * mebibyte);
  const { part, partPath, finalPath } = await partOf(bytes.length);
  await part.write(bytes.subarray(0, 2 * mebibyte));
  await part.checkpoint();
  expect((await stat(partPath)).size).toBe(bytes.length);
  await part.write(bytes.subarray(2 * mebibyte));
  await part.finish();
  expect((await readFile(finalPath)).equals(bytes)).toBe(true);
  expect(part.sha256).toBe(sha256(bytes));
});

test.each([null, 10 * mebibyte, mebibyte, 2 ** 62])('it ends with the bytes that came, when %p were announced', async (size) => {
  const bytes = randomBytes(3 * mebibyte);
  const { part, finalPath } = await partOf(size);
  for (let start = 0; start < bytes.length; start += 100_000) await part.write(bytes.subarray(start, start + 100_000));
  await part.finish();
  expect((await readFile(finalPath)).equals(bytes)).toBe(true);
});

onLinux.each([0, 10])('a disk that takes %p ms for a write is written to from here, or from the thread pool, and the bytes are the same', async (stepMs) => {
  const pool = await watchPool();
  let nowMs = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => (nowMs += stepMs));
  const bytes = randomBytes(40 * mebibyte + 5);
  const { part, finalPath } = await partOf(bytes.length);
  for (let start = 0; start < bytes.length; start += 300_000) await part.write(bytes.subarray(start, start + 300_000));
  await part.finish();
  expect(sha256(await readFile(finalPath))).toBe(sha256(bytes));
  expect(part.sha256).toBe(sha256(bytes));
  // 35 writes: a slow disk is tried first, then after 32 writes of the pool, which has the last one as well.
  expect(pool.mock.calls.length).toBe(stepMs === 0 ? 0 : 33);
});

onLinux('nothing that a write failed on is ever told to be safe', async () => {
  const part = new PartFile({ partPath: '/dev/full', finalPath: '/dev/null/none', shownPath: 'whole', hashing: nodeHashing });
  await expect(part.write(randomBytes(2 * mebibyte))).rejects.toMatchObject({ kind: 'target-failed' });
  expect(await part.suspend()).toBe(0);
});
