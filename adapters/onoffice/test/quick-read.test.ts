import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { quickData, quickElements } from '../src/quick-read.ts';
import { dataSchema, fileElementsSchema, type WireData } from '../src/schemas.ts';

/** Values as a JSON parser makes them, those in the middle of what a field takes and those at its edge. */
const odd = fc.constantFrom<unknown>(null, '', 0, -0, -1, 1.5, 2 ** 53, Number.POSITIVE_INFINITY, true, false, '1', '-7', '1.5', ' 1', '1234567890123', '1234567890123456', [], {}, ['x'], { a: 1 }, '٣');
const number = fc.oneof({ weight: 6, arbitrary: fc.nat() }, { weight: 2, arbitrary: fc.nat().map(String) }, { weight: 1, arbitrary: odd });
const text = fc.oneof({ weight: 6, arbitrary: fc.string() }, { weight: 1, arbitrary: odd });

const elements = fc.record({ name: text, originalname: text, filename: text, fileSize: number, modified: number, date: text, url: text, content: text, more: odd }, { requiredKeys: [] });
const record = fc.record({ id: number, type: text, elements: fc.oneof(elements, odd) }, { requiredKeys: ['id'] });
const data = fc.record(
  {
    meta: fc.oneof({ weight: 6, arbitrary: fc.record({ cntabsolute: number }, { requiredKeys: [] }) }, { weight: 1, arbitrary: odd }),
    records: fc.oneof({ weight: 6, arbitrary: fc.array(fc.oneof({ weight: 20, arbitrary: record }, { weight: 1, arbitrary: odd }), { maxLength: 4 }) }, { weight: 1, arbitrary: odd }),
  },
  { requiredKeys: [] },
);

/** What of quick data anybody reads: records are left as they came. */
function readOf({ meta, records }: WireData): WireData {
  return { meta, records: records.map(({ id, elements: given }) => ({ id, elements: given })) };
}

describe('records that are read quickly', () => {
  test('are what the schema makes of them, or are left to the schema', () => {
    fc.assert(
      fc.property(fc.oneof(data, odd), (value) => {
        const quick = quickData(value);
        if (quick !== undefined) expect({ success: true, data: readOf(quick) }).toEqual(dataSchema.safeParse(value));
      }),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.oneof(elements, odd), (value) => {
        const quick = quickElements(value);
        if (quick !== undefined) expect({ success: true, data: quick }).toEqual(fileElementsSchema.safeParse(value));
      }),
      { numRuns: 3000 },
    );
  });

  test('are most of them: a listing as onOffice sends it is never left to the schema', () => {
    const whole = fc.oneof(fc.nat(), fc.nat().map(String), fc.constant(null));
    const file = fc.record({ name: fc.string(), originalname: fc.string(), filename: fc.string(), fileSize: whole, modified: whole, url: fc.string(), content: fc.constant(null) }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1 }), file), { maxLength: 5 }), whole, (files, cntabsolute) => {
        const value = { meta: { cntabsolute }, records: files.map(([id, given]) => ({ id, type: 'file', elements: given })) };
        const quick = quickData(value);
        expect(quick === undefined ? undefined : readOf(quick)).toEqual(dataSchema.parse(value));
        for (const [, given] of files) expect(quickElements(given)).toEqual(fileElementsSchema.parse(given));
      }),
    );
  });
});
