import { expect, test } from '@jest/globals';
import { extended } from '../src/index.ts';

test('an object is extended by further properties and other values, and stays as it was', () => {
  const object = { a: 1, b: 2 };
  expect(extended(object, { b: 3, c: 4 })).toEqual({ a: 1, b: 3, c: 4 });
  expect(object).toEqual({ a: 1, b: 2 });
});
