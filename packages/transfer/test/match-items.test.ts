import { describe, expect, test } from '@jest/globals';
import { FileSourceError, type ArchiveItem } from '@filesource/core';
import fc from 'fast-check';
import type { ArchiveEntry } from '../src/archive/archive-entry.ts';
import { matchItems } from '../src/archive/match-items.ts';
import { proveArchive } from '../src/archive/prove-archive.ts';
import { sha256 } from './helpers.ts';

function asked(id: string, path: string | null, size: number | null): ArchiveItem {
  return { ref: { folder: '1', file: id }, name: path?.split('/').at(-1) ?? null, path, size };
}

function came(path: string, size: number): ArchiveEntry {
  return { path, size, sha256: sha256(path), localPath: null };
}

function matched(items: readonly ArchiveItem[], entries: readonly ArchiveEntry[], converted: readonly string[] = []): Record<string, string> {
  const { entryOf, extras } = matchItems(items, entries, new Set(converted));
  const pairs = items.map((item) => [item.ref.file ?? '', entryOf.get(item)?.path ?? '-'] as const);
  return Object.fromEntries([...pairs, ...extras.map((extra) => [`extra ${extra.path}`, '+'] as const)]);
}

describe('an item is found in an archive', () => {
  test('by its path, and by its size among entries of one path', () => {
    const items = [asked('1', 'a.txt', 10), asked('2', 'a.txt', 20), asked('3', 'b/a.txt', 10)];
    expect(matched(items, [came('a.txt', 20), came('a (1).txt', 10), came('b/a.txt', 10)])).toEqual({ 1: 'a (1).txt', 2: 'a.txt', 3: 'b/a.txt' });
  });

  test('when the count was put before the last dot of the whole path', () => {
    const items = [asked('1', 'v1.0/README', 1), asked('2', 'v1.0/README', 2), asked('3', 'LICENSE', 3), asked('4', 'LICENSE', 4), asked('5', 'x/.env', 5), asked('6', 'x/.env', 6)];
    expect(matched(items, [came('v1.0/README', 1), came('v1 (1).0/README', 2), came('LICENSE', 3), came('LICENSE (1)', 4), came('x/.env', 5), came('x/ (1).env', 6)])).toEqual({
      1: 'v1.0/README',
      2: 'v1 (1).0/README',
      3: 'LICENSE',
      4: 'LICENSE (1)',
      5: 'x/.env',
      6: 'x/ (1).env',
    });
  });

  test('when a file is really called with a count', () => {
    expect(matched([asked('1', 'a.txt', 1), asked('2', 'a (1).txt', 1), asked('3', 'a.txt', 1)], [came('a.txt', 1), came('a (1).txt', 1), came('a (1) (1).txt', 1)])).toEqual({
      1: 'a.txt',
      2: 'a (1).txt',
      3: 'a (1) (1).txt',
    });
  });

  test('soon, whatever name another entry has', () => {
    const counts = ' (1)'.repeat(20);
    const others = [came(`a${counts}.b${counts}`, 1), came(`a${'.'.repeat(60_000)}x`, 1), came('a (1).'.repeat(8000), 1)];
    const { entryOf, extras } = matchItems([asked('1', 'a.txt', 1), asked('2', 'b.txt', 2)], [...others, came('a (1).txt', 1)]);
    expect([...entryOf.values()].map(({ path }) => path)).toEqual(['a (1).txt']);
    expect(extras).toHaveLength(3);
  });

  test('when the vendor changed case, composition or forbidden characters', () => {
    const items = [asked('1', 'U\u0308ber.TXT', 1), asked('2', 'a/b:c?.txt', 2), asked('3', 'a/d*e.txt', 3), asked('4', 'Ordner. /f.txt', 4)];
    expect(matched(items, [came('über.txt', 1), came('a/b_c_.txt', 2), came('a/de.txt', 3), came('Ordner/f.txt', 4)])).toEqual({ 1: 'über.txt', 2: 'a/b_c_.txt', 3: 'a/de.txt', 4: 'Ordner/f.txt' });
  });

  test('when a long path was shortened', () => {
    const long = `${'folder/'.repeat(30)}plan.pdf`;
    expect(matched([asked('1', long, 1), asked('2', `x${long}`, 2), asked('3', 'short/plan.pdf', 9)], [came('LONG_FOLDER_NAME/plan.pdf', 2), came('LONG_FOLDER_NAME/plan (1).pdf', 1)])).toEqual({
      1: 'LONG_FOLDER_NAME/plan (1).pdf',
      2: 'LONG_FOLDER_NAME/plan.pdf',
      3: '-',
    });
  });

  test('in another folder only when the size is the same', () => {
    expect(matched([asked('1', 'here/a.txt', 5), asked('2', 'here/b.txt', 5), asked('3', 'here/c.txt', null)], [came('there/a.txt', 5), came('there/b.txt', 6), came('there/c.txt', 5)])).toEqual({
      1: 'there/a.txt',
      2: '-',
      3: '-',
      'extra there/b.txt': '+',
      'extra there/c.txt': '+',
    });
  });

  test('also as a ZIP of its parts when it was converted', () => {
    expect(matched([asked('1', 'a.html', null), asked('2', 'b.html', null)], [came('a.zip', 5), came('b.zip', 5)], ['1'])).toEqual({ 1: 'a.zip', 2: '-', 'extra b.zip': '+' });
  });

  test('although a file that the vendor gave up has the same path', () => {
    const given: ArchiveItem = { ...asked('1', 'a.txt', 1), error: new FileSourceError('permission-denied', 'no') };
    expect(matched([given, asked('2', 'a.txt', 1)], [came('a.txt', 1)])).toEqual({ 1: '-', 2: 'a.txt' });
  });
});

describe('the proof of an archive', () => {
  test('names what is missing, short, changed, damaged or not asked for', () => {
    const damaged: ArchiveEntry = { path: 'e.txt', size: 5, sha256: null, localPath: null, error: new FileSourceError('corrupt', 'its checksum does not fit') };
    const refused: ArchiveItem = { ...asked('6', null, null), error: new FileSourceError('permission-denied', 'not for you') };
    const items = [asked('1', 'a.txt', 10), asked('2', 'b.txt', 10), asked('3', 'c.txt', 10), asked('4', 'd.txt', 10), asked('5', 'e.txt', 5), refused, asked('7', 'g.pdf', null)];
    const { files, extras } = proveArchive(items, [came('a.txt', 10), came('b.txt', 9), came('c.txt', 11), damaged, came('g.pdf', 3), came('extra.txt', 1)], { source: 'documents' });
    expect(files.map((row) => [row.ref, row.status, row.error?.kind ?? null, row.path])).toEqual([
      ['documents:1/1', 'ok', null, 'a.txt'],
      ['documents:1/2', 'failed', 'truncated', 'b.txt'],
      ['documents:1/3', 'failed', 'conflict', 'c.txt'],
      ['documents:1/4', 'missing', 'not-found', null],
      ['documents:1/5', 'failed', 'corrupt', 'e.txt'],
      ['documents:1/6', 'missing', 'permission-denied', null],
      ['documents:1/7', 'ok', null, 'g.pdf'],
    ]);
    expect(extras).toEqual(['extra.txt']);
  });

  test('finds every file whatever files of one path the vendor tells apart', () => {
    const paths = fc.constantFrom('a.txt', 'b/a.txt', 'v1.0/README', 'README', 'a (1).txt', 'ü.pdf');
    fc.assert(
      fc.property(fc.array(fc.tuple(paths, fc.integer({ min: 0, max: 3 })), { maxLength: 12 }), (given) => {
        const items = given.map(([path, size], index) => asked(String(index), path, size));
        const taken = new Set<string>();
        const entries = given.map(([path, size]) => {
          let name: string = path;
          for (let count = 1; taken.has(name); count += 1) {
            const dot = path.lastIndexOf('.');
            name = dot < 0 ? `${path} (${count})` : `${path.slice(0, dot)} (${count})${path.slice(dot)}`;
          }
          taken.add(name);
          return came(name, size);
        });
        const { files, extras } = proveArchive(items, entries, { source: 'documents' });
        expect(files.every((row) => row.status === 'ok')).toBe(true);
        expect(extras).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
