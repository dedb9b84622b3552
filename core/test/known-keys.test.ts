import { describe, expect, it } from '@jest/globals';
import { KnownKeys, type Key } from '@filesource/core';
import fc from 'fast-check';

const key: fc.Arbitrary<Key> = fc.oneof(fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }), fc.integer({ min: -50, max: 50 }), fc.string({ unit: 'binary' }), fc.constantFrom('\uD800', '', 'T', '~', '.'));
/** Pages of keys, none of which comes twice. */
const pages = fc.uniqueArray(key, { maxLength: 60, selector: (one) => `${typeof one} ${one}` }).chain((keys) =>
  fc.array(fc.nat({ max: 9 }), { minLength: 12, maxLength: 12 }).map((sizes) => {
    let from = 0;
    return sizes.map((size) => new Set(keys.slice(from, (from += size))));
  }),
);

describe('known keys', () => {
  it('know the last ones, never fewer than asked for, and no more than a page above', () => {
    fc.assert(
      fc.property(pages, fc.nat({ max: 30 }), fc.array(key), (given, least, others) => {
        let known = KnownKeys.none;
        const all: Key[] = [];
        for (const page of given) {
          known = known.with(page, least);
          all.push(...page);
          const kept = [...known];
          expect(kept).toEqual(all.slice(all.length - kept.length));
          expect(known.count).toBe(kept.length);
          expect(kept.length).toBeGreaterThanOrEqual(Math.min(least, all.length));
          expect(kept.length).toBeLessThanOrEqual(Math.max(least, page.size) + 9);
          for (const one of [...all, ...others]) expect(known.has(one)).toBe(kept.includes(one));
        }
      }),
    );
  });

  it('come back from their text, which a URL carries as it is', () => {
    fc.assert(
      fc.property(pages, (given) => {
        const known = given.reduce((before, page) => before.with(page, 40), KnownKeys.none);
        const text = known.toString();
        expect(encodeURIComponent(text)).toBe(text);
        expect([...(KnownKeys.parse(text) ?? [])]).toEqual([...known]);
      }),
    );
  });

  it('never change: what was made of one leaves it as it was', () => {
    const one = KnownKeys.none.with(new Set([1, 2]), 10);
    one.with(new Set([3]), 10);
    expect([[...one], one.has(3)]).toEqual([[1, 2], false]);
  });

  it('are not read from a text that nobody wrote', () => {
    for (const text of ['.', '~', '1.', '1~', '-0', '01', '1.0', 'NaN', 'Z', 'T=', 'Tb', ' 1', '1 ', '٣', 'zzzzzzzzzzzzzz']) expect([text, KnownKeys.parse(text)]).toEqual([text, undefined]);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('0', '1', 'a', 'z', 'T', '.', '~', '-', '_', 'Q') }), (text) => {
        expect([undefined, text]).toContain(KnownKeys.parse(text)?.toString());
      }),
    );
  });
});
