import { describe, expect, test } from '@jest/globals';
import { isPlainId } from '../src/routes/schemas.ts';

const encoded = (text: string, times: number): string => (times === 0 ? text : encoded(encodeURIComponent(text), times - 1));

describe('ids', () => {
  test.each(['1237', '@my', 'sbox-1-|Angebote|Angebot Dach.pdf', 'a..b', '...', '100%', '50% off', 'ä/ö', 'a b', '.hidden'])('%s is one', (id) => {
    expect(isPlainId(id)).toBe(true);
  });

  test.each(['', '.', '..', '../x', 'x/..', 'x/../y', String.raw`x\..\y`, './x', 'a\0b', 'a\r\nb', 'a\u0085b', 'x'.repeat(1025)])('%j is none, however often it is encoded', (id) => {
    for (const times of [0, 1, 2]) expect({ times, isPlain: isPlainId(encoded(id, times)) }).toEqual({ times, isPlain: false });
  });

  test.each(['%2e%2e', '%252e%252e%252fx', '%2e./x', '%00', '%2500', '%25252e%25252e'])('%s hides another one', (id) => {
    expect(isPlainId(id)).toBe(false);
  });
});
