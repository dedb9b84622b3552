import { readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Hashing } from '@filesource/core';
import { nodeHashing } from '@filesource/testkit';
import { PartFile } from '../src/local/part-file.ts';
import { sha256, temporaryDirectory } from './helpers.ts';

const mebibyte = 1024 * 1024;

/** A host's own hashing beside the thread, that writes down what it is told. */
function hashingBeside(answer?: string): { readonly hashing: Hashing; readonly told: (number | string)[] } {
  const told: (number | string)[] = [];
  const sha256OfFile: Hashing['sha256OfFile'] = (path) => {
    let bytes = 0;
    return {
      written: (count) => {
        bytes = count;
        told.push(count);
      },
      hex: async () => {
        if (answer !== undefined) throw Object.assign(new Error(answer), { code: answer });
        return sha256((await readFile(path)).subarray(0, bytes));
      },
      close: () => void told.push('closed'),
    };
  };
  return { hashing: { ...nodeHashing, sha256OfFile }, told };
}

async function partOf(hashing: Hashing, bytes: Buffer): Promise<{ readonly part: PartFile; readonly finalPath: string }> {
  const directory = await temporaryDirectory();
  const finalPath = join(directory, 'whole');
  const part = new PartFile({ partPath: join(directory, 'part'), finalPath, shownPath: 'whole', hashing });
  for (let start = 0; start < bytes.length; start += 60_000) await part.write(bytes.subarray(start, start + 60_000));
  return { part, finalPath };
}

test('a large file is hashed beside this thread, from what was written of it, and only once that is there', async () => {
  const bytes = randomBytes(11 * mebibyte + 5);
  const { hashing, told } = hashingBeside();
  const { part, finalPath } = await partOf(hashing, bytes);
  await part.finish();
  expect(part.sha256).toBe(sha256(bytes));
  expect((await readFile(finalPath)).equals(bytes)).toBe(true);
  expect(told).toEqual([...told].sort((a, b) => Number(a) - Number(b)));
  expect(told.at(-1)).toBe(bytes.length);
});

test('one that is given up gives its hash up; a hash that fails is the failure of the file', async () => {
  const beside = hashingBeside();
  const { part } = await partOf(beside.hashing, randomBytes(9 * mebibyte));
  await part.discard();
  expect(beside.told.at(-1)).toBe('closed');
  const failing = await partOf(hashingBeside('EIO').hashing, randomBytes(9 * mebibyte));
  await expect(failing.part.finish()).rejects.toMatchObject({ kind: 'target-failed' });
  await failing.part.discard();
});

test('a small file asks for nothing of the kind', async () => {
  const { hashing, told } = hashingBeside();
  const bytes = randomBytes(5 * mebibyte);
  const { part } = await partOf(hashing, bytes);
  await part.finish();
  expect({ sha256: part.sha256, told }).toEqual({ sha256: sha256(bytes), told: [] });
});
