import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import mime from 'mime';
import other from 'mime/types/other.js';
import standard from 'mime/types/standard.js';

interface Types {
  getType(name: string): string | null;
}

let quick: Types;
beforeAll(async () => {
  // From JavaScript, which the bundle is made with.
  const { quickMime } = (await import(new URL('../bundle-mime.mjs', import.meta.url).href)) as { readonly quickMime: (mimeClass: string) => string };
  const source = quickMime(import.meta.resolve('mime').replace('index.js', 'Mime.js'));
  quick = ((await import(`data:text/javascript,${encodeURIComponent(source)}`)) as { readonly default: Types }).default;
});

const endings = [standard, other].flatMap((types) => Object.values(types).flat());

describe('media types in the bundle', () => {
  it('are those of the library for every ending that it knows, in any case', () => {
    expect(endings.length).toBeGreaterThan(1000);
    for (const ending of endings) {
      for (const name of [`a.${ending.replace('*', '')}`, `A.${ending.replace('*', '').toUpperCase()}`, ending]) expect([name, quick.getType(name)]).toEqual([name, mime.getType(name)]);
    }
  });

  it('are those of the library for any name', () => {
    const part = fc.oneof(fc.constantFrom(...endings, '.', '/', '\\', '\n', 'constructor', '__proto__', 'toString'), fc.string({ unit: 'binary', maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        expect(quick.getType(parts.join(''))).toBe(mime.getType(parts.join('')));
      }),
      { numRuns: 2000 },
    );
  });
});
