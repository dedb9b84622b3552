import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseReceipt, writeReceipt, type Receipt } from '../src/index.ts';
import { createReceipt } from '../src/receipt.ts';
import { filesBelow, sha256, temporaryDirectory } from './helpers.ts';

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
