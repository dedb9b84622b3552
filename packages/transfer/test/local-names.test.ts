import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareIds, nameApart } from '../src/local/names-apart.ts';
import { foldName, idSegment, safeName } from '../src/local/safe-name.ts';
import { sha256 } from './helpers.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.array(fc.constantFrom('.', '..', '/', '\\', ' ', 'con', 'NUL', ':', '\u0000', 'ä', 'a\u0308', '\ud800', '\u202e', '.txt', 'a'), { maxLength: 12 }).map((parts) => parts.join('')),
);

function expectHarmless(name: string): void {
  expect(name).not.toMatch(/[/\\:*?"<>|\p{Cc}\p{Surrogate}]/u);
  expect(name).not.toMatch(/^\.*$/);
  expect(name).not.toMatch(/[. ]$/);
  expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i);
  expect(name.startsWith('.filesource-')).toBe(false);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
}

describe('a local name', () => {
  test('is one harmless segment, whatever the vendor writes', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom('', ' (1)', ' (123)'), (name, suffix) => {
        expectHarmless(safeName(name, suffix));
      }),
      { numRuns: 600 },
    );
  });

  test('that is plain already stays as it is, and one that only looks plain does not', () => {
    const plain = fc.stringMatching(/^\w[\w ().+-]{0,150}$/);
    const reserved = fc.stringMatching(/^(con|PRN|aux|nul|Com[0-9]|lpt1) {0,2}(\.\w{1,4}){0,2}$/);
    fc.assert(
      fc.property(fc.oneof(plain, reserved), (name) => {
        const local = safeName(name);
        expectHarmless(local);
        const isReserved = /^(con|prn|aux|nul|com\d|lpt\d)\s*(\..*)?$/i.test(name);
        expect(local).toBe(`${isReserved ? '_' : ''}${name.replace(/[. ]+$/, '_')}`);
      }),
      { numRuns: 600 },
    );
  });

  test('keeps the ending of a name that is cut', () => {
    fc.assert(
      fc.property(fc.constantFrom('ä', '漢', 'x', '😀'), fc.integer({ min: 60, max: 400 }), (character, count) => {
        const name = safeName(`${character.repeat(count)}.docx`, ' (7)');
        expect(name.endsWith(' (7).docx')).toBe(true);
        expectHarmless(name);
      }),
    );
  });

  test.each([
    ['Exposé Straße 5.pdf', 'Exposé Straße 5.pdf'],
    ['a\\b:c*?.txt', 'a_b_c__.txt'],
    ['../../etc/passwd', '.._.._etc_passwd'],
    ['', '_'],
    ['..', '_'],
    ['aux.h', '_aux.h'],
    ['.hidden', '.hidden'],
    ['.Filesource-journal', '_.Filesource-journal'],
    ['invoice\u202Efdp.exe', 'invoice_fdp.exe'],
    ['u\u0308.txt', 'ü.txt'],
  ])('is made of %j', (name, local) => {
    expect(safeName(name)).toBe(local);
  });
});

describe('names in one directory', () => {
  const entries = fc.uniqueArray(fc.record({ id: fc.integer({ min: 0, max: 1000 }).map(String), name: fc.oneof(hostile, fc.constantFrom('a.txt', 'A.txt', 'a (1).txt', 'a (2).txt', 'ü', 'u\u0308', 'x'.repeat(300))) }), {
    selector: (entry) => entry.id,
    maxLength: 30,
  });

  test('are never the same on any file system, and do not depend on the order', () => {
    fc.assert(
      fc.property(entries, fc.integer(), (given, seed) => {
        const names = nameApart(given, (entry) => entry);
        expect(new Set([...names.values()].map(foldName)).size).toBe(given.length);
        for (const name of names.values()) expectHarmless(name);
        const shuffled = [...given].sort((a, b) => sha256(`${seed}${a.id}`).localeCompare(sha256(`${seed}${b.id}`)));
        const others = nameApart(shuffled, (entry) => entry);
        for (const entry of given) expect(others.get(entry)).toBe(names.get(entry));
      }),
      { numRuns: 200 },
    );
  });

  test('a name that only one entry has is never taken by the suffix of another', () => {
    const names = nameApart([{ id: '1', name: 'a.txt' }, { id: '2', name: 'a.txt' }, { id: '3', name: 'a (1).txt' }], (entry) => entry);
    expect([...names.values()].sort()).toEqual(['a (1).txt', 'a (2).txt', 'a.txt']);
    expect([...names].find(([entry]) => entry.id === '3')?.[1]).toBe('a (1).txt');
  });

  test('ids are compared as numbers where they are numbers', () => {
    expect(['10', '9', 'b', '100', 'a', '9007199254740993', '9007199254740992'].sort(compareIds)).toEqual(['9', '10', '100', '9007199254740992', '9007199254740993', 'a', 'b']);
  });
});

test('two folder ids never become one segment, but for their case', () => {
  const ids = fc.oneof(fc.constantFrom('1237', '@my', 'a/b', 'a%2fb', 'a_b', 'con', '_con', '..', '.', 'x'.repeat(300), `${'x'.repeat(300)}y`), hostile.filter((id) => id !== ''));
  fc.assert(
    fc.property(ids, ids, (a, b) => {
      const [one, two] = [idSegment(a, sha256), idSegment(b, sha256)];
      expectHarmless(one);
      if (a.toLowerCase().normalize('NFC') !== b.toLowerCase().normalize('NFC')) expect(one).not.toBe(two);
    }),
    { numRuns: 600 },
  );
  expect(idSegment('1237', sha256)).toBe('1237');
  expect(idSegment('@my', sha256)).toBe('@my');
});
