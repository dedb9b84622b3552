import { describe, expect, test } from '@jest/globals';
import { KnownRecords } from '@filesource/core';
import fc from 'fast-check';

interface FileRecord {
  readonly entry: { readonly id: string; readonly size: number };
}

function recordOf(id: string, size: number): FileRecord {
  return { entry: { id, size } };
}

const folder = fc.constantFrom('1', '2', '3');
const id = fc.integer({ min: 1, max: 12 }).map(String);
const step = fc.oneof(
  fc.record({ remember: folder, ids: fc.uniqueArray(id, { maxLength: 6 }) }),
  fc.record({ forget: folder, id }),
);

describe('known records', () => {
  test('are what was told last, of the last pages that together hold no more than there is room for', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 20 }), (steps, most) => {
        const known = new KnownRecords<FileRecord>(most);
        let pages: { readonly folder: string; readonly atMs: number; readonly all: number; readonly ids: Set<string> }[] = [];
        for (const [atMs, one] of steps.entries()) {
          if ('forget' in one) {
            known.forget({ folder: one.forget, file: one.id });
            for (const page of pages) if (page.folder === one.forget) page.ids.delete(one.id);
          } else {
            const records = (): FileRecord[] => one.ids.map((file) => recordOf(file, atMs));
            known.remember(one.remember, one.ids, records, atMs);
            if (one.ids.length > 0) pages.push({ folder: one.remember, atMs, all: one.ids.length, ids: new Set(one.ids) });
          }
          while (pages.length > 1 && pages.reduce((sum, page) => sum + page.all, 0) > most) pages = pages.slice(1);
          for (const place of ['1', '2', '3']) {
            for (let file = 1; file <= 12; file += 1) {
              const told = pages.findLast((page) => page.folder === place && page.ids.has(String(file)))?.atMs;
              const found = known.get({ folder: place, file: String(file) });
              expect([found?.atMs, found?.record.entry.size]).toEqual([told, told]);
            }
          }
        }
      }),
    );
  });

  test('are read once, when a file of their page is looked for', () => {
    const known = new KnownRecords<FileRecord>(100);
    let reads = 0;
    known.remember('1', ['7'], () => [recordOf('7', (reads += 1))], 0);
    known.remember('1', ['8'], () => [recordOf('8', 1)], 0);
    expect([known.get({ folder: '2', file: '7' }), known.get({ folder: '1', file: '8' })?.record.entry.id, reads]).toEqual([undefined, '8', 0]);
    expect([known.get({ folder: '1', file: '7' })?.record.entry.size, known.get({ folder: '1', file: '7' })?.record.entry.size]).toEqual([1, 1]);
  });

  test('of a page that tells of a file twice are what was listed', () => {
    const known = new KnownRecords<FileRecord>(100);
    known.remember('1', ['7', '7'], () => [recordOf('7', 1), recordOf('7', 2)], 0);
    expect(known.get({ folder: '1', file: '7' })?.record.entry.size).toBe(1);
  });
});
