import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { nodeHashing } from '@filesource/testkit';
import fc from 'fast-check';
import { parseReceipt, verifyReceipt, writeReceipt, type Receipt } from '../src/index.ts';
import { createReceipt } from '../src/receipt.ts';
import { file, filesBelow, memorySource, runPull, sha256, temporaryDirectory } from './helpers.ts';

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

  test('trusts no path that leads out of the directory, and no receipt of an archive', async () => {
    const directory = await temporaryDirectory();
    const receipt = await runPull(memorySource([{ id: '1', files: files.slice(0, 1) }]).source, directory);
    const hostile = { ...receipt, files: receipt.files.map((given) => ({ ...given, path: '../../etc/passwd' })) };
    expect(await verified(hostile, directory)).toEqual(['contacts:1/1 changed']);
    const { directory: _directory, ...archived } = receipt;
    await expect(verified(archived, directory)).rejects.toMatchObject({ kind: 'invalid-argument' });
  });
});
