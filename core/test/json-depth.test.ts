import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lookOf, parseJson } from '@filesource/core';

const most = 100;

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** Strings that try to be taken for structure. */
const text = fc.oneof(fc.string(), fc.stringMatching(/^[[\]{}"\\,:]{0,12}$/));
const wrappers = fc.array(fc.record({ inArray: fc.boolean(), key: text, before: text, after: text }), { minLength: 0, maxLength: 220 });

const nested = fc.tuple(wrappers, fc.oneof(text, fc.integer(), fc.constant(null), fc.constant([]), fc.constant({}))).map(([around, inner]) =>
  around.reduce<unknown>((value, { inArray, key, before, after }) => (inArray ? [before, value, after] : Object.fromEntries([[`<${key}`, before], [`=${key}`, value], [`>${key}`, after]])), inner),
);

describe('the depth of an answer', () => {
  it('is refused past 100 levels and never before, whatever its strings hold', () => {
    fc.assert(
      fc.property(nested, fc.constantFrom(undefined, 1), (value, indent) => {
        const json = JSON.stringify(value, null, indent);
        if (depthOf(value) > most) expect(() => parseJson(json)).toThrow('nests more than 100 deep');
        else expect(parseJson(json)).toEqual(JSON.parse(json));
      }),
      { numRuns: 300 },
    );
  });

  it('is taken at 100, refused at 101, and refused before it is parsed', () => {
    expect(depthOf(parseJson('['.repeat(100) + ']'.repeat(100)))).toBe(100);
    expect(depthOf(parseJson('{"a":'.repeat(100) + '1' + '}'.repeat(100)))).toBe(100);
    // Not JSON either: to say that, it would have to be parsed.
    for (const deep of ['['.repeat(5_000_000), '{"a":'.repeat(101), '[{"a":'.repeat(51)]) {
      expect(() => parseJson(deep)).toThrow(expect.objectContaining({ kind: 'vendor-protocol', message: 'the JSON of the answer nests more than 100 deep' }));
    }
  });

  it('counts no bracket of a string, whatever escapes end it, and any number beside one another', () => {
    const strings = ['['.repeat(500), `\\"${'{'.repeat(500)}`, `${'['.repeat(500)}\\`, `\\\\"${'[{'.repeat(300)}\\\\\\`];
    expect(parseJson(JSON.stringify({ strings }))).toEqual({ strings });
    const flat = Array.from({ length: 5000 }, (_, id) => ({ id, tags: [] }));
    expect(parseJson(JSON.stringify(flat))).toEqual(flat);
  });

  it('is nobody\'s affair where only known members are read, as long as it can be parsed', () => {
    const deep = `{"id":7,"more":${'['.repeat(5000)}${']'.repeat(5000)}}`;
    expect(parseJson(deep, { isPicked: true })).toMatchObject({ id: 7 });
    expect(() => parseJson(deep)).toThrow('nests more than 100 deep');
    expect(() => parseJson('['.repeat(5_000_000), { isPicked: true })).toThrow('nests more than 100 deep');
  });

  it('is told where only the look of an answer is', () => {
    expect(lookOf('[['.repeat(100))).toBe('JSON that nests more than 100 deep');
    expect(lookOf('[[')).toBe('broken JSON of 2 characters');
  });

  it('is broken JSON, and not an endless search, when a string does not end', () => {
    expect(() => parseJson(`${'[],'.repeat(200)}"\\"[`)).toThrow('expected JSON');
  });
});
