import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { FileSourceError } from '@filesource/core';
import { nodeHashing } from '@filesource/testkit';
import { saveFile } from '../src/index.ts';
import { file, filesBelow, memorySource, sha256, temporaryDirectory, textOf } from './helpers.ts';

describe('one file under a name of the caller', () => {
  test('is saved whole, with its proof', async () => {
    const { source } = memorySource([{ id: '1', files: [file('1', 'a.txt', 'hello')] }]);
    const directory = await temporaryDirectory();
    const seen: (readonly [number, number | null])[] = [];
    const row = await saveFile({ source, ref: 'contacts:1/1', file: join(directory, 'new/mine.txt'), hashing: nodeHashing, onProgress: (bytes, total) => seen.push([bytes, total]) });
    expect(row).toEqual({ ref: 'contacts:1/1', name: 'a.txt', path: join(directory, 'new/mine.txt'), size: 5, sha256: sha256('hello'), status: 'ok' });
    expect(await filesBelow(directory)).toEqual(['new/mine.txt']);
    expect(seen).toEqual([[5, 5]]);
  });

  test('leaves what was there when it fails', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.txt', 'hello')] }]);
    adapter.onBody = () => Readable.from([Buffer.from('he')]);
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'mine.txt'), 'before');
    await expect(saveFile({ source, ref: '1/1', file: join(directory, 'mine.txt'), hashing: nodeHashing })).rejects.toMatchObject({ kind: expect.stringMatching(/truncated|corrupt/) });
    expect(await filesBelow(directory)).toEqual(['mine.txt']);
    expect(await textOf(directory, 'mine.txt')).toBe('before');
  });

  test('is compared with the listed size when the answer tells none', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.txt', 'hello')] }]);
    const open = adapter.open.bind(adapter);
    adapter.open = async (ref, options) => ({ ...(await open(ref, options)), body: Readable.from([Buffer.from('he')]), size: null, totalSize: null });
    const directory = await temporaryDirectory();
    await expect(saveFile({ source, ref: '1/1', file: join(directory, 'mine.txt'), hashing: nodeHashing })).rejects.toMatchObject({ kind: 'truncated' });
    expect(await filesBelow(directory)).toEqual([]);
  });

  test.each([
    ['throws', () => {
      throw new Error('not any more');
    }],
    ['rejects', async () => {
      throw new Error('not any more');
    }],
    ['rejects after the last byte', async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw new Error('not any more');
    }],
  ])('fails with what a listener gives that %s, and leaves what was there', async (_name, onProgress) => {
    const { source } = memorySource([{ id: '1', files: [file('1', 'a.txt', 'hello')] }]);
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'mine.txt'), 'before');
    await expect(saveFile({ source, ref: '1/1', file: join(directory, 'mine.txt'), hashing: nodeHashing, onProgress })).rejects.toThrow('not any more');
    expect(await filesBelow(directory)).toEqual(['mine.txt']);
    expect(await textOf(directory, 'mine.txt')).toBe('before');
  });

  test('gives a body up that goes on beyond the listed size', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.txt', 'hello')] }]);
    const open = adapter.open.bind(adapter);
    let sent = 0;
    const body = new Readable({
      read() {
        sent += 1;
        this.push(sent > 1000 ? null : Buffer.alloc(65_536));
      },
    });
    adapter.open = async (ref, options) => ({ ...(await open(ref, options)), body, size: null, totalSize: null });
    const directory = await temporaryDirectory();
    await expect(saveFile({ source, ref: '1/1', file: join(directory, 'mine.txt'), hashing: nodeHashing })).rejects.toMatchObject({ kind: 'conflict' });
    expect(sent).toBeLessThan(100);
    expect(body.destroyed).toBe(true);
    expect(await filesBelow(directory)).toEqual([]);
  });

  test('that comes byte by byte takes not many times its size', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.txt', 'hello')] }]);
    const open = adapter.open.bind(adapter);
    const size = 1_000_000;
    const block = Buffer.from('0123456789'.repeat(100));
    let left = size;
    const body = new Readable({
      read() {
        for (let goesOn = true; goesOn && left > 0; left -= 1) goesOn = this.push(block.subarray((size - left) % 1000, ((size - left) % 1000) + 1));
        if (left === 0) this.push(null);
      },
    });
    adapter.open = async (ref, options) => ({ ...(await open(ref, options)), body, size, totalSize: size });
    const directory = await temporaryDirectory();
    const before = process.memoryUsage().heapUsed;
    let most = 0;
    const onProgress = (bytes: number): void => {
      if (bytes % 10_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed - before);
    };
    const { sha256: hash } = await saveFile({ source, ref: '1/1', file: join(directory, 'mine.txt'), hashing: nodeHashing, onProgress });
    expect(hash).toBe(sha256('0123456789'.repeat(100_000)));
    expect(most / 2 ** 20).toBeLessThan(70);
  });

  test('closes the body of a file whose size cannot be asked for', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.txt', 'hello')] }]);
    const open = adapter.open.bind(adapter);
    const body = new Readable({ read: () => undefined });
    adapter.open = async (ref, options) => ({ ...(await open(ref, options)), body, size: null, totalSize: null });
    adapter.stat = async () => {
      throw new FileSourceError('permission-denied', 'no');
    };
    const directory = await temporaryDirectory();
    await expect(saveFile({ source, ref: '1/1', file: join(directory, 'mine.txt'), hashing: nodeHashing })).rejects.toMatchObject({ kind: 'permission-denied' });
    expect(body.destroyed).toBe(true);
    expect(await filesBelow(directory)).toEqual([]);
  });

  test('goes through a link that the caller names, and never replaces a directory or a device', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.txt', 'hello')] }]);
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'real'));
    await writeFile(join(directory, 'real/target.txt'), 'before');
    await symlink(join(directory, 'real/target.txt'), join(directory, 'link.txt'));
    await saveFile({ source, ref: '1/1', file: join(directory, 'link.txt'), hashing: nodeHashing });
    expect(await textOf(directory, 'real/target.txt')).toBe('hello');
    const before = adapter.calls.length;
    await expect(saveFile({ source, ref: '1/1', file: join(directory, 'real'), hashing: nodeHashing })).rejects.toMatchObject({ kind: 'target-failed' });
    await expect(saveFile({ source, ref: '1/1', file: '/dev/null', hashing: nodeHashing })).rejects.toMatchObject({ kind: 'target-failed' });
    await expect(saveFile({ source, ref: '1', file: join(directory, 'x'), hashing: nodeHashing })).rejects.toMatchObject({ kind: 'invalid-argument' });
    expect(adapter.calls).toHaveLength(before);
  });
});
