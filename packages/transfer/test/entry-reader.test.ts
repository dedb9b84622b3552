import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import * as threads from 'node:worker_threads';
import * as zlib from 'node:zlib';
import { expect, test } from '@jest/globals';
import { openArchiveBytes } from '../src/archive/archive-bytes.ts';
import { createEntryFiles } from '../src/archive/entry-files.ts';
import { openEntryReader, type EntryOutcome } from '../src/archive/entry-reader.ts';
import { FileWindow } from '../src/archive/file-window.ts';
import { createInflating } from '../src/archive/inflating.ts';
import { LimitGuard } from '../src/archive/limits.ts';
import { readZipDirectory } from '../src/archive/zip-directory.ts';
import { sha256, temporaryDirectory, zipOf } from './helpers.ts';

interface Run {
  readonly outcomes: readonly EntryOutcome[];
  /** What of each file was on its way to the disk when it was forced there, and how many files had all their bytes by then. */
  readonly forced: readonly { readonly name: string; readonly bytes: number; readonly whole: number }[];
  readonly left: readonly string[];
  readonly openFiles: number;
}

/** Where the system tells. */
const openFiles = (): number => (fs.existsSync('/proc/self/fd') ? fs.readdirSync('/proc/self/fd').length : 0);

async function read(contents: Readonly<Record<string, string>>, refuse: (name: string) => boolean = () => false, system: typeof fs = fs): Promise<Run> {
  const home = await temporaryDirectory();
  const [file, out] = [join(home, 'archive'), join(home, 'out')];
  fs.mkdirSync(out);
  fs.writeFileSync(file, await zipOf(Object.entries(contents).map(([path, content]) => ({ path, content }))));
  const directory = openArchiveBytes(fs, file, 4096);
  const entries = await readZipDirectory(new FileWindow(directory), directory.size, new LimitGuard({}, directory.size), () => undefined);
  directory.close();
  const before = openFiles();
  const forced: { name: string; bytes: number; whole: number }[] = [];
  const force = async (fd: number): Promise<void> => {
    const [name = ''] = Object.keys(contents).filter((path) => fs.existsSync(join(out, path)) && fs.statSync(join(out, path)).ino === fs.fstatSync(fd).ino);
    const whole = Object.entries(contents).filter(([path, { length }]) => fs.existsSync(join(out, path)) && fs.statSync(join(out, path)).size === length);
    forced.push({ name, bytes: fs.fstatSync(fd).size, whole: whole.length });
    if (refuse(name)) throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' });
  };
  const reader = openEntryReader({ crypto, files: createEntryFiles({ force, fs: system }), inflating: createInflating({ threads, zlib }), zlib }, openArchiveBytes(fs, file, 4096));
  const outcomes = await reader.read(entries.map(({ headerOffset, packedSize, size, method, crc32, path }) => ({ headerOffset, packedSize, size, method, crc32, path: join(out, path) })));
  await reader.close();
  return { outcomes, forced, left: fs.readdirSync(out).sort(), openFiles: openFiles() - before };
}

test('small entries are forced to the disk together, after all of them are written and before anybody is told of them', async () => {
  const contents = { 'a.txt': 'small', 'b.txt': 'small as well', 'c.txt': '', 'd.txt': 'x'.repeat(300_000) };
  const { outcomes, forced, openFiles: stillOpen } = await read(contents);
  expect(outcomes).toEqual(Object.values(contents).map((content) => sha256(Buffer.from(content))));
  expect(forced).toEqual(Object.entries(contents).map(([name, { length }]) => ({ name, bytes: length, whole: 4 })));
  expect(stillOpen).toBe(0);
});

test('an entry that cannot be forced to the disk is a failure of the target and leaves nothing, and the others are there', async () => {
  const { outcomes, left, openFiles: stillOpen } = await read({ 'a.txt': 'one', 'b.txt': 'two', 'c.txt': 'x'.repeat(1_500_000), 'd.txt': 'four' }, (name) => name === 'b.txt' || name === 'c.txt');
  const failure = { of: 'target', code: 'EIO', why: 'EIO: i/o error, fsync', cause: 'EIO: i/o error, fsync' };
  expect(outcomes).toEqual([sha256(Buffer.from('one')), failure, failure, sha256(Buffer.from('four'))]);
  expect(left).toEqual(['a.txt', 'd.txt']);
  expect(stillOpen).toBe(0);
});

test('an entry that cannot be written tells why, also where forcing it to the disk fails then as well', async () => {
  const writeSync = (() => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  }) as unknown as typeof fs.writeSync;
  const { outcomes, left, openFiles: stillOpen } = await read({ 'a.txt': 'one' }, () => true, { ...fs, writeSync });
  expect(outcomes).toEqual([expect.objectContaining({ of: 'target', code: 'ENOSPC' })]);
  expect(left).toEqual([]);
  expect(stillOpen).toBe(0);
});
