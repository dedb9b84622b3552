import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseVendorDate } from '../src/entries.ts';
import { quickContents } from '../src/quick-read.ts';
import { contentsSchema } from '../src/schemas.ts';

/** Values as a JSON parser makes them, those in the middle of what a field takes and those at its edge. */
const odd = fc.constantFrom<unknown>(null, '', 0, -0, -1, 1.5, 2 ** 53, Number.POSITIVE_INFINITY, true, false, '1', '-7', '1.5', ' 1', [], {}, ['x'], { a: 1 }, '٣', 'sbox-1-|docs');
const number = fc.oneof({ weight: 6, arbitrary: fc.nat() }, { weight: 1, arbitrary: odd });
const text = fc.oneof({ weight: 6, arbitrary: fc.string() }, { weight: 1, arbitrary: odd });
const flag = fc.oneof({ weight: 6, arbitrary: fc.boolean() }, { weight: 1, arbitrary: odd });
const listOf = (item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.oneof({ weight: 8, arbitrary: fc.array(fc.oneof({ weight: 20, arbitrary: item }, { weight: 1, arbitrary: odd }), { maxLength: 4 }) }, { weight: 1, arbitrary: odd });

const file = fc.record({ id: number, title: text, folderId: number, version: number, versionGroup: number, contentLength: text, pureContentLength: number, viewUrl: text, updated: text, providerItem: flag, more: odd }, { requiredKeys: ['id'] });
const folder = fc.record({ id: number, title: text, parentId: number, updated: text, rootFolderType: number, type: number, more: odd }, { requiredKeys: ['id'] });
const contents = fc.record({ files: listOf(file), folders: listOf(folder), current: fc.oneof({ weight: 9, arbitrary: folder }, { weight: 1, arbitrary: odd }), startIndex: number, total: number, more: odd }, { requiredKeys: [] });

const plainFile = fc.record({ id: fc.integer({ min: 1 }), title: fc.string(), folderId: fc.constantFrom<unknown>(7, '7', null, undefined), version: fc.nat(), updated: fc.string(), providerItem: fc.constantFrom(true, false, null) }, { requiredKeys: ['id'] });

describe('contents that are read quickly', () => {
  test('are what the schema makes of them, or are left to the schema', () => {
    fc.assert(
      fc.property(fc.oneof(contents, odd), (value) => {
        const quick = quickContents(value);
        const slow = contentsSchema.safeParse(value);
        if (quick !== undefined) expect({ success: true, data: quick }).toEqual(slow);
      }),
      { numRuns: 3000 },
    );
  });

  test('are most of them: a folder as portals send it is never left to the schema', () => {
    fc.assert(
      fc.property(fc.array(plainFile, { maxLength: 5 }), fc.constantFrom<unknown>([], null, undefined), (files, folders) => {
        const value = { files, folders, current: { id: 7, title: 'Akten', parentId: 1 }, startIndex: 0, total: files.length };
        expect(quickContents(value)).toEqual(contentsSchema.parse(value));
      }),
    );
  });
});

describe('a date', () => {
  const two = fc.nat({ max: 99 }).map((value) => String(value).padStart(2, '0'));
  const zone = fc.oneof(fc.constantFrom('Z', '', '+01:00', '-0530', 'z', '+1', ' Z'), fc.tuple(fc.constantFrom('+', '-'), two, two).map(([sign, hours, minutes]) => `${sign}${hours}:${minutes}`));
  const fraction = fc.oneof(fc.constant(''), fc.nat().map((value) => `.${value}`), fc.constantFrom('.', '.0000000', '.9999999999999'));
  const date = fc.tuple(fc.constantFrom('0001', '1970', '1971', '2026', '9999'), fc.constantFrom('01', '02', '12', '13', '00'), fc.constantFrom('01', '29', '30', '31', '32', '00'), fc.constantFrom('00', '23', '24', '25'), two, two, fraction, zone);

  /** How it was read before there was a shorter way. */
  function readSlowly(given: string): Date | null {
    const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/.exec(given);
    if (match === null) return null;
    const read = new Date(`${match[1] ?? ''}${(match[2] ?? '').slice(0, 4)}${match[3] ?? 'Z'}`);
    return Number.isNaN(read.getTime()) || read.getUTCFullYear() < 1971 ? null : read;
  }

  test('is read the same the short way and the long one', () => {
    fc.assert(
      fc.property(date, ([year, month, day, hour, minute, second, part, offset]) => {
        const given = `${year}-${month}-${day}T${hour}:${minute}:${second}${part}${offset}`;
        expect([given, parseVendorDate(given)]).toEqual([given, readSlowly(given)]);
      }),
      { numRuns: 3000 },
    );
  });
});
