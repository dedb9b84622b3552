import { expect, test } from '@jest/globals';
import { promised } from '../src/index.ts';

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
