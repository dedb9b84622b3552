import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FileSourceError, formatRef, parseSourceRef, resolveRef, type RefLike } from '@filesource/core';
import { createRefReader } from '../src/ref.ts';

const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => !/\p{Cc}|[\uD800-\uDFFF]/u.test(text));

function kindOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (FileSourceError.is(error)) return error.kind;
    throw error;
  }
  return 'no error';
}

describe('a ref', () => {
  it('is a source, a folder and perhaps a file', () => {
    expect(parseSourceRef('contacts:1237')).toEqual({ source: 'contacts', folder: '1237' });
    expect(parseSourceRef('contacts:1237/1757')).toEqual({ source: 'contacts', folder: '1237', file: '1757' });
    expect(parseSourceRef('documents:@my')).toEqual({ source: 'documents', folder: '@my' });
  });

  it('comes back from its text with every id, whatever characters the vendor uses', () => {
    fc.assert(
      fc.property(id, fc.option(id, { nil: undefined }), (folder, file) => {
        const ref = file === undefined ? { folder } : { folder, file };
        expect(parseSourceRef(formatRef('documents', ref))).toEqual({ source: 'documents', ...ref });
        expect(resolveRef('documents', formatRef('documents', ref))).toEqual(ref);
      }),
    );
  });

  it('never breaks the parser, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        expect(['no error', 'invalid-argument']).toContain(kindOf(() => parseSourceRef(text)));
        expect(['no error', 'invalid-argument']).toContain(kindOf(() => resolveRef('contacts', text)));
      }),
    );
  });

  it('is read the same by the calls of a source, whatever they were called with before', () => {
    const piece = fc.constantFrom('contacts:', 'documents:', '1', '2', 'a.b', '/', '%2F', '%', ':', '..', 'ü', '\u0000', 'x'.repeat(1025));
    const like = fc.oneof(
      fc.constantFrom('contacts:1/2', 'contacts:1/3', 'contacts:1', '1/2', 'contacts:%31/2'),
      fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join('')),
      fc.constantFrom('contacts:1/4', 'contacts:2/4', 'documents:1/4').map((ref) => ({ ref })),
      fc.record({ folder: piece, file: piece }),
    );
    const told = (run: () => unknown): unknown => {
      try {
        return run();
      } catch (error) {
        return String(error);
      }
    };
    fc.assert(
      fc.property(fc.array(like, { minLength: 2, maxLength: 8 }), (likes) => {
        const read = createRefReader('contacts');
        for (const one of likes) expect(told(() => read(one))).toEqual(told(() => resolveRef('contacts', one)));
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['', 'contacts', 'contacts:', ':1', 'contacts:1/', 'contacts:/1', 'contacts:1/2/3', '1a:1', 'contacts:%zz', 'contacts:a\u0000b'])('is refused when it is written %j', (text) => {
    expect(kindOf(() => parseSourceRef(text))).toBe('invalid-argument');
  });

  it('may leave out the source where the source is known, and is refused for another one', () => {
    expect(resolveRef('contacts', '1237/1757')).toEqual({ folder: '1237', file: '1757' });
    expect(kindOf(() => resolveRef('contacts', 'documents:1237'))).toBe('invalid-argument');
  });

  it.each([undefined, null, 1237, 5n, Symbol('1237'), ['1237'], {}, { ref: undefined }, { ref: 5 }, { folder: 1237 }, { folder: 5n }, { folder: '1', file: null }])(
    'is refused by name where JavaScript gives something of another type, and no bug is told: %p',
    (like) => {
      expect(kindOf(() => resolveRef('contacts', like as unknown as RefLike))).toBe('invalid-argument');
      expect(kindOf(() => createRefReader('contacts')(like as unknown as RefLike))).toBe('invalid-argument');
    },
  );
});
