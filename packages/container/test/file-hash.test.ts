import { createHash, randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FileSourceError, type FileHash } from '@filesource/core';
import { nodeHashing } from '../src/index.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'filesource-hash-'));
});
afterAll(() => rm(directory, { recursive: true }));

function hashOf(path: string): FileHash {
  const hash = nodeHashing.sha256OfFile?.(path);
  if (hash === undefined) throw new FileSourceError('unexpected', 'no hash');
  return hash;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('the hash of a file on the way', () => {
  test('is that of the bytes that were told, several files at once, whatever stands behind them', async () => {
    const found = await Promise.all(
      [0, 1, 300_000, 2_000_001].map(async (length, index) => {
        const path = join(directory, `grows-${index}`);
        const bytes = randomBytes(length);
        await writeFile(path, '');
        const hash = hashOf(path);
        for (let start = 0; start < length; start += 700_000) {
          await appendFile(path, bytes.subarray(start, start + 700_000));
          hash.written(Math.min(length, start + 700_000));
        }
        await appendFile(path, 'not told');
        return { hex: await hash.hex(), expected: sha256(bytes) };
      }),
    );
    for (const { hex, expected } of found) expect(hex).toBe(expected);
  });

  test('fails as the file system does, or when the file is shorter than what was told', async () => {
    const path = join(directory, 'short');
    await writeFile(path, 'four');
    const short = hashOf(path);
    short.written(5);
    await expect(short.hex()).rejects.toMatchObject({ code: 'EIO' });
    const missing = hashOf(join(directory, 'missing'));
    missing.written(1);
    await expect(missing.hex()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('comes after others were given up, also one that is asked for its hash', async () => {
    const path = join(directory, 'kept');
    const bytes = randomBytes(1000);
    await writeFile(path, bytes);
    const [left, asked, kept] = [hashOf(path), hashOf(path), hashOf(path)];
    for (const hash of [left, asked, kept]) hash.written(1000);
    left.close();
    const answer = asked.hex();
    asked.close();
    expect(await Promise.all([answer, kept.hex()])).toEqual([sha256(bytes), sha256(bytes)]);
    kept.close();
  });
});
