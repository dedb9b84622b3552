import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { nodeHashing } from '@filesource/testkit';
import { PartFile } from '../src/local/part-file.ts';
import { sha256, temporaryDirectory } from './helpers.ts';

const mebibyte = 1024 * 1024;
const onLinux = existsSync('/dev/full') ? test : test.skip;

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

onLinux('nothing that a write failed on is ever told to be safe', async () => {
  const part = new PartFile({ partPath: '/dev/full', finalPath: '/dev/null/none', shownPath: 'whole', hashing: nodeHashing });
  const writing = (async () => {
    for (let turn = 0; turn < 10; turn += 1) await part.write(randomBytes(mebibyte));
  })();
  await expect(writing).rejects.toMatchObject({ kind: 'target-failed' });
  await expect(part.checkpoint()).rejects.toMatchObject({ kind: 'target-failed' });
  await expect(part.complete()).rejects.toMatchObject({ kind: 'target-failed' });
  expect(await part.suspend()).toBe(0);
});
