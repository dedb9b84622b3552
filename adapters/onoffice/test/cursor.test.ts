import { describe, expect, test } from '@jest/globals';
import { FileSourceError, KnownKeys } from '@filesource/core';
import fc from 'fast-check';
import { formatCursor, parseCursor, startOf, type Position } from '../src/cursor.ts';

const id = fc.integer({ min: 1, max: 2 ** 40 });
const position: fc.Arbitrary<Position> = fc.record({
  folder: id.map(String),
  offset: fc.nat(),
  listed: fc.nat(),
  total: fc.option(fc.nat()),
  sweep: fc.integer({ min: 0, max: 9 }),
  gained: fc.nat(),
  known: fc.uniqueArray(id, { maxLength: 50 }).chain((ids) => fc.nat({ max: ids.length }).map((half) => KnownKeys.none.with(new Set(ids.slice(0, half)), 99).with(new Set(ids.slice(half)), 99))),
});

/** As in another process: what was written last is not remembered. */
function forget(): void {
  for (let offset = 0; offset < 32; offset += 1) formatCursor({ ...startOf('0'), offset });
}

function kindOf(folder: string, cursor: string): string {
  try {
    parseCursor(folder, cursor);
    return 'taken';
  } catch (error) {
    return FileSourceError.is(error) ? error.kind : 'a stranger';
  }
}

describe('a cursor', () => {
  test('comes back from its text', () => {
    fc.assert(
      fc.property(position, (given) => {
        const cursor = formatCursor(given);
        forget();
        const { known, ...place } = parseCursor(given.folder, cursor);
        expect({ ...place, ids: [...known] }).toEqual({ ...given, known: undefined, ids: [...given.known] });
      }),
    );
  });

  test('of another folder, with a character changed, or made up, is refused by name', () => {
    fc.assert(fc.property(position, (given) => expect(kindOf(`${given.folder}1`, formatCursor(given))).toBe('invalid-argument')));
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => expect(kindOf('1237', text)).toBe('invalid-argument')));
    fc.assert(
      fc.property(position, fc.nat(), fc.constantFrom('x', '.', '-', ' ', '٣'), (given, at, character) => {
        const cursor = formatCursor(given);
        const changed = cursor.slice(0, at % cursor.length) + character + cursor.slice((at % cursor.length) + 1);
        expect(['taken', 'invalid-argument']).toContain(kindOf(given.folder, changed));
      }),
    );
  });
});
