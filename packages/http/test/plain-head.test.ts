import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readPlainHead } from '../src/download/plain-head.ts';

const headOf = (lines: readonly string[]): string => ['HTTP/1.1 200 OK', 'content-length: 5', ...lines].join('\r\n');

test('a head is read the same when its lines came before, in this order or another one', () => {
  const line = fc.tuple(fc.integer({ min: 0, max: 400 }), fc.constantFrom('a', 'b ', '', 'C')).map(([name, value]) => [`X-Name-${name}`, value] as const);
  fc.assert(
    fc.property(fc.uniqueArray(line, { selector: ([name]) => name, maxLength: 12 }), (fields) => {
      const lines = fields.map(([name, value]) => `${name}: ${value}`);
      const expected = Object.fromEntries([['content-length', '5'], ...fields.map(([name, value]) => [name.toLowerCase(), value.trim()])]);
      for (const order of [lines, lines.toReversed(), lines]) expect(readPlainHead(headOf(order))).toMatchObject({ status: 200, length: 5, headers: expected });
      expect(Object.keys(readPlainHead(headOf(lines))?.headers ?? {})).toHaveLength(lines.length + 1);
    }),
  );
});

test('whoever changes the headers of one answer changes no other one', () => {
  const first = readPlainHead(headOf(['x-one: 1']));
  if (first !== undefined) first.headers['x-one'] = 'changed';
  expect(readPlainHead(headOf(['x-one: 1']))?.headers['x-one']).toBe('1');
});

test.each([['twice', ['x-two: 1', 'x-two: 1']], ['twice, in other letters', ['x-two: 1', 'X-Two: 2']], ['a name that every object has', ['constructor: 1']], ['another such name', ['__proto__: 1']]])('%s is for Node to judge, also when the line came before', (_title, lines) => {
  for (const one of lines) readPlainHead(headOf([one]));
  expect(readPlainHead(headOf(lines))).toBeUndefined();
});

test('cookies are joined, and no other answer gets them', () => {
  for (let time = 0; time < 2; time += 1) expect(readPlainHead(headOf(['set-cookie: a=1', 'set-cookie: b=2']))?.headers['set-cookie']).toBe('a=1, b=2');
  expect(readPlainHead(headOf([]))?.headers).toEqual({ 'content-length': '5' });
});
