import { randomBytes } from 'node:crypto';
import { open, readFile, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { nodeHashing } from '@filesource/testkit';
import { PartFile } from '../src/local/part-file.ts';
import { sha256, temporaryDirectory } from './helpers.ts';

const mebibyte = 1024 * 1024;
afterEach(() => void jest.restoreAllMocks());

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

test('one that can be neither written nor removed fails with what its writing said', async () => {
  const inTheWay = join(await temporaryDirectory(), 'in-the-way');
  await writeFile(inTheWay, 'plain');
  const part = new PartFile({ partPath: join(inTheWay, 'part'), finalPath: join(inTheWay, 'whole'), shownPath: 'whole', hashing: nodeHashing });
  await part.write(Buffer.from('bytes'));
  await expect(part.finish()).rejects.toMatchObject({ kind: 'target-failed', message: expect.stringContaining('not a directory') });
  await part.discard();
});

/** A disk that is full after so many writes. */
async function fillAfter(writes: number): Promise<void> {
  const handle = await open(process.execPath, 'r');
  const prototype = Object.getPrototypeOf(handle) as Pick<FileHandle, 'writev'>;
  await handle.close();
  const { writev } = prototype;
  let left = writes;
  jest.spyOn(prototype, 'writev').mockImplementation(async function write(this: FileHandle, chunks, position) {
    left -= 1;
    if (left < 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    return writev.call(this, chunks, position);
  });
}

test.each([0, 1, 5])('nothing that a write failed on is ever told to be safe, when the disk is full after %p writes', async (writes) => {
  await fillAfter(writes);
  const { part } = await partOf(null);
  const writing = (async () => {
    for (let turn = 0; turn < 20; turn += 1) await part.write(randomBytes(mebibyte));
  })();
  await expect(writing).rejects.toMatchObject({ kind: 'target-failed' });
  await expect(part.checkpoint()).rejects.toMatchObject({ kind: 'target-failed' });
  await expect(part.complete()).rejects.toMatchObject({ kind: 'target-failed' });
  expect(await part.suspend()).toBe(0);
});
