import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { nodeHashing, realClock } from '@filesource/testkit';
import { fetchArchive } from '../src/index.ts';
import { archivingSource, item, temporaryDirectory } from './helpers.ts';

test('an archive without an end is given up, and nothing of it stays', async () => {
  const chunk = Buffer.alloc(1024 * 1024);
  let sent = 0;
  const endless = function* (): Generator<Buffer> {
    for (; ; sent += 1) yield chunk;
  };
  const { source } = archivingSource({ bytes: chunk, size: null, body: () => Readable.from(endless(), { objectMode: false }), items: [item('1', 'a.txt', 'hello')] });
  const directory = await temporaryDirectory();
  const fetching = fetchArchive({ source, refs: ['1'], to: { file: join(directory, 'a.zip') }, clock: realClock, hashing: nodeHashing });
  await expect(fetching).rejects.toMatchObject({ kind: 'corrupt', message: expect.stringContaining('no end') });
  expect(sent).toBeLessThan(30);
  expect(await readdir(directory)).toEqual([]);
});
