import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { nodeHashing, realClock } from '@filesource/testkit';
import fc from 'fast-check';
import { fetchArchive, parseReceipt, verifyReceipt, writeReceipt, type Receipt } from '../src/index.ts';
import { createReceipt } from '../src/receipt.ts';
import { archivingSource, file, filesBelow, item, memorySource, runPull, sha256, temporaryDirectory, zipOf, watchedHashing } from './helpers.ts';

const row = fc.record(
  {
    ref: fc.string(),
    name: fc.option(fc.string()),
    path: fc.option(fc.string()),
    size: fc.option(fc.nat()),
    sha256: fc.option(fc.string().map(sha256)),
    status: fc.constantFrom('ok' as const, 'failed' as const, 'missing' as const),
    error: fc.record({ kind: fc.constantFrom('not-found' as const, 'corrupt' as const), message: fc.string() }),
  },
  { requiredKeys: ['ref', 'name', 'path', 'size', 'sha256', 'status'] },
);
const receipt = fc.array(row, { maxLength: 8 }).map((files) => createReceipt({ operation: 'pull', started: '2026-11-21T19:00:00.000Z', finished: '2026-11-21T19:00:01.000Z', directory: 'out', files }));

describe('a receipt', () => {
  test('is the same after it was written as JSON and parsed', () => {
    fc.assert(fc.property(receipt, (given) => expect(parseReceipt(JSON.stringify(given))).toEqual(given)));
  });

  test('is complete only when every file is ok', () => {
    fc.assert(fc.property(receipt, (given) => expect(given.complete).toBe(given.files.every((file) => file.status === 'ok'))));
  });

  test('never replaces what it is of', async () => {
    const home = await temporaryDirectory();
    const bytes = await zipOf([{ path: 'receipt.json', content: 'of the vendor' }]);
    const { source } = archivingSource({ bytes, items: [item('1', 'receipt.json', 'of the vendor')] });
    const fetch = (to: { readonly file: string } | { readonly directory: string }, receiptFile: string): Promise<Receipt> =>
      fetchArchive({ source, refs: ['1'], to, receiptFile, clock: realClock, hashing: nodeHashing });
    await expect(fetch({ file: join(home, 'a.zip') }, join(home, '.', 'b', '..', 'a.zip'))).rejects.toMatchObject({ kind: 'invalid-argument', message: expect.stringContaining('cannot be the archive and its receipt') });
    expect(await filesBelow(home)).toEqual([]);
    await symlink(home, join(home, 'link'));
    await expect(fetch({ file: join(home, 'a.zip') }, join(home, 'link', 'a.zip'))).rejects.toMatchObject({ kind: 'conflict', message: expect.stringContaining('the receipt would replace it') });
    expect((await readFile(join(home, 'a.zip'))).equals(bytes)).toBe(true);
    await expect(fetch({ directory: join(home, 'out') }, join(home, 'out', 'receipt.json'))).rejects.toMatchObject({ kind: 'conflict' });
    expect(await readFile(join(home, 'out', 'receipt.json'), 'utf8')).toBe('of the vendor');
    const { source: pulled } = memorySource([{ id: '1', files: [file('1', 'a.txt')] }]);
    await expect(runPull(pulled, join(home, 'out'), { receiptFile: join(home, 'out', 'contacts', '1', 'a.txt') })).rejects.toMatchObject({ kind: 'conflict' });
    expect(await readFile(join(home, 'out', 'contacts', '1', 'a.txt'), 'utf8')).toBe('content of 1');
    expect((await fetch({ directory: join(home, 'out') }, join(home, 'out', 'other.json'))).complete).toBe(true);
  });

  test.each([
    ['nobody asked for', [item('1', 'a.txt', 'of the vendor')]],
    ['has another size than is listed', [item('1', 'a.txt', 'of the vendor'), item('2', 'sub/receipt.json', 'as it was before')]],
  ])('never replaces a file that came and %s', async (_what, items) => {
    const directory = await temporaryDirectory();
    const bytes = await zipOf([{ path: 'a.txt', content: 'of the vendor' }, { path: 'sub/receipt.json', content: 'as it is' }]);
    const receiptFile = join(directory, 'sub', 'receipt.json');
    await expect(fetchArchive({ source: archivingSource({ bytes, items }).source, refs: ['1'], to: { directory }, receiptFile, clock: realClock, hashing: nodeHashing })).rejects.toMatchObject({ kind: 'conflict' });
    expect(await readFile(receiptFile, 'utf8')).toBe('as it is');
  });

  test('is refused when it is none, of another version, or does not add up', () => {
    const good: Receipt = createReceipt({ operation: 'pull', started: '2026-11-21T19:00:00Z', finished: '2026-11-21T19:00:00Z', files: [{ ref: 'a:1', name: null, path: null, size: null, sha256: null, status: 'missing' }] });
    const bad: readonly unknown[] = [null, {}, { ...good, version: 2 }, { ...good, complete: true }, { ...good, totals: { ...good.totals, ok: 1 } }, { ...good, more: 1 }, { ...good, files: [{ ...good.files[0], sha256: 'x' }] }];
    for (const value of bad) expect(() => parseReceipt(JSON.stringify(value))).toThrow(expect.objectContaining({ kind: 'invalid-argument' }));
    expect(() => parseReceipt('{"version":1,')).toThrow(expect.objectContaining({ kind: 'invalid-argument', message: 'this is not a receipt of version 1: it is not JSON' }));
    expect(() => parseReceipt(JSON.stringify(good))).not.toThrow();
  });

  test('is written whole or not at all', async () => {
    const directory = await temporaryDirectory();
    const given = createReceipt({ operation: 'pull', started: '2026-11-21T19:00:00Z', finished: '2026-11-21T19:00:00Z', files: [] });
    await writeReceipt(given, join(directory, 'new/receipt.json'));
    expect(parseReceipt(await readFile(join(directory, 'new/receipt.json'), 'utf8'))).toEqual(given);
    await mkdir(join(directory, 'taken'));
    await expect(writeReceipt(given, join(directory, 'taken'))).rejects.toMatchObject({ kind: 'target-failed' });
    expect(await filesBelow(directory)).toEqual(['new/receipt.json']);
    await writeReceipt(given, '/dev/null');
  });
});

describe('a receipt held against the disk', () => {
  const files = ['1', '2', '3', '4', '5'].map((id) => file(id, `${id}.txt`));

  async function verified(receipt: Receipt, directory: string): Promise<string[]> {
    const found: string[] = [];
    for await (const { ref, status } of verifyReceipt(receipt, { directory, hashing: nodeHashing })) found.push(`${ref} ${status}`);
    return found;
  }

  test('finds every file as it was, also after the directory was moved', async () => {
    const [directory, elsewhere] = [await temporaryDirectory(), join(await temporaryDirectory(), 'moved')];
    const receipt = await runPull(memorySource([{ id: '1', files }]).source, directory);
    await rename(directory, elsewhere);
    expect(await verified(receipt, elsewhere)).toEqual(files.map(({ id }) => `contacts:1/${id} ok`));
  });

  test.each([[undefined], [''], [7]])('needs a directory, which is not %p', async (directory) => {
    const receipt = await runPull(memorySource([{ id: '1', files }]).source, await temporaryDirectory());
    await expect(verified(receipt, directory as string)).rejects.toMatchObject({ kind: 'invalid-argument', message: expect.stringContaining('directory') });
  });

  test('is given up in the middle of a large file when that is aborted', async () => {
    const directory = await temporaryDirectory();
    const receipt = await runPull(memorySource([{ id: '1', files: [file('1', 'large.bin', Buffer.alloc(32 * 1024 * 1024))] }]).source, directory);
    const stop = new AbortController();
    let read = 0;
    const hashing = watchedHashing((bytes) => {
      read = bytes;
      stop.abort();
    });
    await expect(verifyReceipt(receipt, { directory, hashing, signal: stop.signal }).next()).rejects.toMatchObject({ kind: 'aborted' });
    expect(read).toBeLessThan(8 * 1024 * 1024);
  });

  test('names what is missing, was changed by a byte, cut, or replaced by a link, and changes nothing', async () => {
    const directory = await temporaryDirectory();
    const receipt = await runPull(memorySource([{ id: '1', files }]).source, directory);
    const path = (name: string): string => join(directory, 'contacts/1', name);
    await rm(path('1.txt'));
    await writeFile(path('2.txt'), 'content of X');
    await writeFile(path('3.txt'), 'content');
    await rm(path('4.txt'));
    await symlink(path('5.txt'), path('4.txt'));
    expect(await verified(receipt, directory)).toEqual(['contacts:1/1 missing', 'contacts:1/2 changed', 'contacts:1/3 changed', 'contacts:1/4 changed', 'contacts:1/5 ok']);
    expect(await filesBelow(directory)).toHaveLength(4);
  });

  test('of run A tells of the directory of run B what is the same, what was changed and what is not there', async () => {
    const [a, b] = [await temporaryDirectory(), await temporaryDirectory()];
    const ofA = await runPull(memorySource([{ id: '1', files: [file('1', 'common.txt'), file('2', 'changed.txt', 'as A saw it'), file('3', 'absent.txt')] }]).source, a);
    const ofB = await runPull(memorySource([{ id: '1', files: [file('1', 'common.txt'), file('2', 'changed.txt', 'as B saw it'), file('4', 'new.txt')] }]).source, b);
    expect([ofA.complete, ofB.complete]).toEqual([true, true]);
    expect(await verified(ofA, b)).toEqual(['contacts:1/1 ok', 'contacts:1/2 changed', 'contacts:1/3 missing']);
    expect(await verified(ofB, a)).toEqual(['contacts:1/1 ok', 'contacts:1/2 changed', 'contacts:1/4 missing']);
    expect(await filesBelow(b)).toEqual(['contacts/1/changed.txt', 'contacts/1/common.txt', 'contacts/1/new.txt']);
  });

  test('of an archive that was kept whole reads the archive: as it was, changed by a byte, cut, gone', async () => {
    const directory = await temporaryDirectory();
    const bytes = await zipOf([{ path: 'a.txt', content: 'hello' }, { path: 'b.txt', content: 'world' }]);
    const { source } = archivingSource({ bytes, items: [item('1', 'a.txt', 'hello'), item('2', 'b.txt', 'world'), item('3', 'lost.txt', 'never came')] });
    const target = join(directory, 'kept.zip');
    const receipt = await fetchArchive({ source, refs: ['1'], to: { file: target }, clock: realClock, hashing: nodeHashing });
    expect(receipt.archive).toEqual({ size: bytes.length, sha256: sha256(bytes) });
    expect(parseReceipt(JSON.stringify(receipt))).toEqual(receipt);
    const told = (verdict: string): string[] => [`null ${verdict}`, `documents:1/1 ${verdict}`, `documents:1/2 ${verdict}`, 'documents:1/3 unproven'];
    expect(await verified(receipt, directory)).toEqual(told('ok'));
    const flipped = Buffer.from(bytes);
    flipped[40] = (flipped[40] ?? 0) ^ 1;
    await writeFile(target, flipped);
    expect(await verified(receipt, directory)).toEqual(told('changed'));
    await writeFile(target, bytes.subarray(0, -1));
    expect(await verified(receipt, directory)).toEqual(told('changed'));
    await rm(target);
    expect(await verified(receipt, directory)).toEqual(told('missing'));
    await mkdir(target);
    expect(await verified(receipt, directory)).toEqual(told('changed'));
  });

  test('of an archive that came as the one file itself holds that file', async () => {
    const directory = await temporaryDirectory();
    const { source } = archivingSource({ bytes: Buffer.from('just the file'), items: [item('1', 'a.txt', 'just the file')], format: 'single', name: 'a.txt' });
    const receipt = await fetchArchive({ source, refs: ['1'], to: { file: join(directory, 'kept') }, clock: realClock, hashing: nodeHashing });
    expect(receipt.archive).toEqual({ size: 13, sha256: sha256('just the file') });
    expect(await verified(receipt, directory)).toEqual(['null ok', 'documents:1/1 ok']);
  });

  test('has no word of an archive when its files were unpacked', async () => {
    const { source } = archivingSource({ bytes: await zipOf([{ path: 'a.txt', content: 'hello' }]), items: [item('1', 'a.txt', 'hello')] });
    expect(await fetchArchive({ source, refs: ['1'], to: { directory: await temporaryDirectory() }, clock: realClock, hashing: nodeHashing })).not.toHaveProperty('archive');
  });

  test('trusts no path that leads out of the directory, and refuses a receipt of an archive that has no proof of it', async () => {
    const directory = await temporaryDirectory();
    const receipt = await runPull(memorySource([{ id: '1', files: files.slice(0, 1) }]).source, directory);
    const hostile = { ...receipt, files: receipt.files.map((given) => ({ ...given, path: '../../etc/passwd' })) };
    expect(await verified(hostile, directory)).toEqual(['contacts:1/1 changed']);
    const { directory: _directory, ...nowhere } = receipt;
    await expect(verified(nowhere, directory)).rejects.toMatchObject({ kind: 'invalid-argument', message: 'this receipt is of nothing on a disk' });
    await expect(verified({ ...nowhere, file: 'a.zip' }, directory)).rejects.toMatchObject({ kind: 'invalid-argument', message: expect.stringContaining('no proof of the archive itself') });
  });
});
