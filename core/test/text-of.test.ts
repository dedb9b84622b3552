import { isUtf8 } from 'node:buffer';
import { describe, expect, it } from '@jest/globals';
import { textOf } from '@filesource/core';
import fc from 'fast-check';

/** Long enough to be read in another way than short texts, with what is wild at its start, its end and between. */
const long = (wild: Buffer): Buffer => Buffer.concat([wild, Buffer.alloc(9000, 'a'), wild, Buffer.alloc(9000, 'ü'), wild]);

describe('the text of an answer', () => {
  it('is what the bytes say in UTF-8, for any text and any length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = Buffer.from(text);
        for (const one of [bytes, long(bytes)]) expect(textOf(one)).toBe(one.toString('utf8'));
      }),
    );
  });

  it('has the replacement character for bytes that are no UTF-8, as Node puts it there', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 40 }).map((wild) => Buffer.from(wild)),
        (wild) => {
          expect(textOf(long(wild))).toBe(long(wild).toString('utf8'));
        },
      ),
    );
    const broken = long(Buffer.from([0xed, 0xa0, 0x80]));
    expect(isUtf8(broken)).toBe(false);
    expect(textOf(broken)).toContain('\uFFFD');
  });

  it('is what the bytes say where characters past ASCII are few, of Latin-1 and of others', () => {
    const one = fc.constantFrom('\u0080', '\u00BF', '\u00C0', '\u00FF', 'ä', 'ß', '\u00C2', '\u00C3', '\u0100', '€', '😀', '');
    fc.assert(
      fc.property(fc.array(fc.tuple(one, fc.integer({ min: 0, max: 900 })), { minLength: 1, maxLength: 12 }), (pieces) => {
        const text = pieces.map(([wild, length]) => wild + 'a'.repeat(length)).join('');
        expect(textOf(Buffer.from(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps a byte order mark and characters of four bytes', () => {
    const bytes = long(Buffer.from('\uFEFF😀'));
    expect(textOf(bytes)).toBe(bytes.toString('utf8'));
    expect(textOf(bytes).startsWith('\uFEFF😀')).toBe(true);
  });
});
