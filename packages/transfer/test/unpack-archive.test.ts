import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import { expect, test } from '@jest/globals';
import type { Hashing } from '@filesource/core';
import { nodeHashing } from '@filesource/testkit';
import { pack } from 'tar-stream';
import type { ArchiveEntry } from '../src/archive/archive-entry.ts';
import { TargetDirectory } from '../src/local/target-directory.ts';
import { unpackArchive } from '../src/pull/unpack-archive.ts';
import { filesBelow, sha256, temporaryDirectory, textOf } from './helpers.ts';

const contents = { 'a.txt': 'hello', 'b/c.txt': 'Straße '.repeat(5000) };

async function tarGz(): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(contents)) tar.entry({ name }, content);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar.pipe(createGzip()) as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Unpacks a tar.gz of a pull's files; tells how many bytes of entries were hashed on the way. */
async function unpack(bytes: Buffer): Promise<{ readonly stage: TargetDirectory; readonly hashed: () => number; readonly reading: Promise<readonly ArchiveEntry[]> }> {
  const home = await temporaryDirectory();
  const path = join(home, 'archive');
  await writeFile(path, bytes);
  const stage = await TargetDirectory.prepare(join(home, 'stage'));
  let hashed = 0;
  const hashing: Hashing = {
    hmacSha256Base64: nodeHashing.hmacSha256Base64,
    sha256: () => {
      const hash = nodeHashing.sha256();
      return {
        update: (chunk) => {
          hashed += chunk.length;
          hash.update(chunk);
        },
        hex: () => hash.hex(),
      };
    },
  };
  const { signal } = new AbortController();
  return { stage, hashed: () => hashed, reading: unpackArchive({ path, bytes: bytes.length }, 'tar.gz', stage, [], { hashing, signal }) };
}

test('a tar.gz of a pull is read once, and unpacked as it is read', async () => {
  const { stage, hashed, reading } = await unpack(await tarGz());
  const entries = await reading;
  expect(entries.map(({ path, sha256: found }) => [path, found])).toEqual(Object.entries(contents).map(([path, content]) => [path, sha256(content)]));
  expect(await filesBelow(stage.path)).toEqual(Object.keys(contents));
  expect(await textOf(stage.path, 'b/c.txt')).toBe(contents['b/c.txt']);
  expect(hashed()).toBe(Object.values(contents).reduce((sum, content) => sum + Buffer.byteLength(content), 0));
});

test('one that is cut throws, whatever was unpacked by then', async () => {
  const bytes = await tarGz();
  const { reading } = await unpack(bytes.subarray(0, -20));
  await expect(reading).rejects.toMatchObject({ kind: 'truncated' });
});
