import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Secret } from '@filesource/core';
import { cursorKey } from '../src/cursors/cursor-key.ts';
import { CursorSeal } from '../src/cursors/cursor-seal.ts';
import { CursorStore } from '../src/cursors/cursor-store.ts';

const key = randomBytes(32);
const long = randomBytes(12_000).toString('base64url');

describe('cursors', () => {
  test.each([['short', 'v1.1240.100'], ['long and regular', `v1.1240.${'_1'.repeat(12_000)}`], ['long and not', long], ['empty', ''], ['any text', 'ä€😀\n']])('a cursor that is %s comes back as it was, and is short on its way', (_what, cursor) => {
    const seal = new CursorSeal(key);
    const sealed = seal.seal('contacts:1240', cursor);
    expect(sealed).toMatch(/^[\w-]{20,1500}$/);
    expect(seal.open('contacts:1240', sealed)).toBe(cursor);
    expect(() => seal.open('contacts:1241', sealed)).toThrow('this is not a cursor of this listing');
  });

  test('outlive the process while the tokens stay the same, but for those that stay long when packed', () => {
    const token = (text: string): Parameters<typeof cursorKey>[0] => [{ name: 'a', token: new Secret(text), sources: ['*'], scopes: ['read'] }];
    const before = new CursorSeal(cursorKey(token('first-token-of-characters')));
    const after = new CursorSeal(cursorKey(token('first-token-of-characters')));
    expect(after.open('a:1', before.seal('a:1', 'v1.1'))).toBe('v1.1');
    expect(() => after.open('a:1', before.seal('a:1', long))).toThrow('this cursor has expired');
    expect(() => new CursorSeal(cursorKey(token('other-token-of-characters'))).open('a:1', before.seal('a:1', 'v1.1'))).toThrow('not a cursor');
  });

  test('that are kept go an hour after their last use, and the least used ones when there are too many', () => {
    let now = 0;
    const store = new CursorStore({ now: () => now, most: 30 });
    const [first, second] = [store.put('a'.repeat(14)), store.put('b'.repeat(14))];
    now = 3_000_000;
    expect(store.get(first)).toBe('a'.repeat(14));
    now = 3_700_000;
    expect([store.get(first), store.get(second)]).toEqual(['a'.repeat(14), undefined]);
    const third = store.put('c'.repeat(14));
    store.put('d'.repeat(14));
    expect([store.get(first), store.get(third)]).toEqual([undefined, 'c'.repeat(14)]);
  });
});
