import { expect, test } from '@jest/globals';
import { extended, promised } from '../src/index.ts';

test('what is thrown before there is a promise comes as a rejection', async () => {
  const error = new Error('at once');
  const begun = promised(() => {
    throw error;
  });
  await expect(begun).rejects.toBe(error);
});

test('a promise is passed on as it is', () => {
  const promise = Promise.resolve(1);
  expect(promised(() => promise)).toBe(promise);
});

test('an object is extended by further properties and other values, and stays as it was', () => {
  const object = { a: 1, b: 2 };
  expect(extended(object, { b: 3, c: 4 })).toEqual({ a: 1, b: 3, c: 4 });
  expect(object).toEqual({ a: 1, b: 2 });
});
