import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { FileSourceError } from '@filesource/core';
import { nodeHashing } from '@filesource/testkit';
import fc from 'fast-check';
import { parseReceipt, receiptSchema, verifyReceipt, type Receipt } from '../src/index.ts';
import { createReceipt } from '../src/receipt.ts';
import { filesBelow, sha256, temporaryDirectory } from './helpers.ts';

const good: Receipt = createReceipt({
  operation: 'pull',
  started: '2026-11-21T19:00:00.000Z',
  finished: '2026-11-21T19:00:01.000Z',
  directory: 'out',
  warning: 'the portal was slow',
  files: [
    { ref: 'a:1/2', name: 'a.txt', path: 'a/1/a.txt', size: 5, sha256: sha256('hello'), status: 'ok' },
    { ref: 'a:1/3', name: null, path: null, size: null, sha256: null, status: 'failed', error: { kind: 'truncated', message: 'cut', advice: 'Try again.' } },
    { ref: 'a:1/4', name: 'c.txt', path: null, size: 3, sha256: null, status: 'missing' },
  ],
});

type Path = readonly (string | number)[];

/** Every place of a JSON value, its own first. */
function placesIn(value: unknown, at: Path = []): Path[] {
  const inside = typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, one]) => placesIn(one, [...at, Array.isArray(value) ? Number(key) : key])) : [];
  return [at, ...inside];
}

/** A copy with another value at one place; `undefined` takes the place away. */
function changed(value: unknown, [key, ...rest]: Path, to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value)) return value.flatMap((one: unknown, index) => (index !== key ? [one] : rest.length === 0 && to === undefined ? [] : [changed(one, rest, to)]));
  return Object.fromEntries(Object.entries(value as object).map(([name, one]): [string, unknown] => [name, name === key ? changed(one, rest, to) : one]));
}

const values = fc.oneof(
  fc.constant(undefined),
  fc.jsonValue(),
  fc.constantFrom<unknown>(-1, 0.5, 1e308, 2 ** 53, '', '../../etc/passwd', 'C:\\x', '/etc/passwd', '__proto__', '\u0000', 'ok', 'planned', true, [], {}, { ...good }, { __proto__: null, kind: 'x' }),
);
const hostile = fc
  .array(fc.tuple(fc.nat(), values), { minLength: 1, maxLength: 4 })
  .map((changes) => changes.reduce<unknown>((receipt, [at, to]) => {
    const places = placesIn(receipt);
    return changed(receipt, places[at % places.length] ?? [], to);
  }, good));

/** The receipt, or the kind of the error; anything else that is thrown is a crash. */
function read(text: string): Receipt | undefined {
  try {
    return parseReceipt(text);
  } catch (error) {
    if (FileSourceError.is(error, 'invalid-argument')) return undefined;
    throw error;
  }
}

describe('a receipt that somebody changed', () => {
  test('is refused, or read as it stands with totals that follow from its rows; it never crashes', () => {
    let taken = 0;
    fc.assert(
      fc.property(hostile, (value) => {
        const text = JSON.stringify(value) ?? '';
        const receipt = read(text);
        if (receipt === undefined) return;
        taken += 1;
        expect(receipt).toEqual(JSON.parse(text));
        expect(receiptSchema.safeParse(receipt).success).toBe(true);
        const { version: _version, complete, totals, ...facts } = receipt;
        expect(createReceipt(facts)).toMatchObject({ complete, totals });
        expect(receipt.complete && receipt.files.some(({ status }) => status !== 'ok')).toBe(false);
      }),
      { numRuns: 3000 },
    );
    // Both ends of the property were seen: a new message is no lie that a total could show.
    expect(taken).toBeGreaterThan(0);
  });

  test('is refused when its text was cut anywhere, and where a byte makes it no JSON', () => {
    const text = JSON.stringify(good);
    for (let at = 0; at < text.length; at += 1) expect(read(text.slice(0, at))).toBeUndefined();
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), (at, character) => {
        const receipt = read(text.slice(0, at) + character + text.slice(at + 1));
        if (receipt !== undefined) expect(receipt.totals).toEqual(good.totals);
      }),
    );
  });

  test('is refused when it nests without end', () => {
    expect(read('['.repeat(100_000))).toBeUndefined();
    expect(read(`{"version":1,"files":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).toBeUndefined();
  });

  test('held against the disk, reads nothing outside of the directory and calls none of it proven', async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'out'));
    // What the receipt calls proven, in the place next door.
    await writeFile(join(directory, 'hello.txt'), 'hello');
    const paths = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('../hello.txt', 'a/../../hello.txt', './../hello.txt', '..\\hello.txt', join(directory, 'hello.txt'), '/etc/passwd', '..', '.', '', 'a/../../b', 'C:\\Windows\\win.ini', 'a\u0000b', 'x'.repeat(5000)));
    await fc.assert(
      fc.asyncProperty(paths, async (path) => {
        const receipt = { ...good, files: good.files.map((file) => (file.status === 'ok' ? { ...file, path } : file)) };
        const found: string[] = [];
        for await (const { status } of verifyReceipt(receipt, { directory: join(directory, 'out'), hashing: nodeHashing })) found.push(status);
        expect(found).toHaveLength(3);
        expect(found).not.toContain('ok');
      }),
    );
    expect(await filesBelow(directory)).toEqual(['hello.txt']);
  });
});
