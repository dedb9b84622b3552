import { finished } from 'node:stream/promises';
import { expect, test } from '@jest/globals';
import { WholeBody } from '@filesource/core';

const bytes = Buffer.alloc(200_000, 'abcdefg');

async function read(body: WholeBody): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test.each([0, 1, 65_536, 65_537, 200_000])('is a stream of its %d bytes to whoever reads it as one', async (length) => {
  const body = new WholeBody(bytes.subarray(0, length));
  expect(body.length).toBe(length);
  expect((await read(body)).equals(bytes.subarray(0, length))).toBe(true);
});

test('gives all of its bytes at once, and is at its end then', async () => {
  const body = new WholeBody(bytes);
  expect(body.takeBytes()?.equals(bytes)).toBe(true);
  expect(body.destroyed).toBe(true);
  expect(body.takeBytes()).toBeUndefined();
});

test('gives nothing at once of which some was read, or that was given up', async () => {
  const begun = new WholeBody(bytes);
  begun.resume();
  await finished(begun);
  expect(begun.takeBytes()).toBeUndefined();
  expect(new WholeBody(bytes).destroy().takeBytes()).toBeUndefined();
});

test.each(['before it is read', 'while it is read'])('fails with the error of its signal %s', async (when) => {
  const stop = new AbortController();
  const body = new WholeBody(bytes);
  body.endAt(stop.signal, () => new Error('given up'));
  if (when === 'before it is read') stop.abort();
  body.once('data', () => stop.abort());
  await expect(read(body)).rejects.toThrow('given up');
});

test('gives nothing at once after its signal fired', () => {
  const body = new WholeBody(bytes);
  body.endAt(AbortSignal.abort(), () => new Error('given up'));
  expect(() => body.takeBytes()).toThrow('given up');
});
