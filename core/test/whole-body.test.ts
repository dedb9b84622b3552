import { once } from 'node:events';
import { PassThrough, pipeline, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
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

test('is set up as a stream only when somebody uses it as one', () => {
  const body = new WholeBody(bytes);
  expect(body).toBeInstanceOf(Readable);
  expect(Object.hasOwn(body, '_readableState')).toBe(false);
  expect(body.takeBytes()).toBe(bytes);
  expect(Object.hasOwn(body, '_readableState')).toBe(false);
});

test.each([
  ['pipeline', (body: WholeBody) => buffer(pipeline(body, new PassThrough(), () => undefined))],
  ['pipe', (body: WholeBody) => buffer(body.pipe(new PassThrough()))],
  ['readable', (body: WholeBody) => readByHand(body)],
  ['a web stream', (body: WholeBody) => buffer(Readable.toWeb(body) as AsyncIterable<Uint8Array>)],
  ['data events', (body: WholeBody) => readByEvents(body)],
])('is read by way of %s', async (_way, read) => {
  const body = new WholeBody(bytes);
  expect((await read(body)).equals(bytes)).toBe(true);
  expect(body.destroyed).toBe(true);
});

test('whoever listens to it hears the end of one whose bytes were taken, before and after', async () => {
  const heardBefore = new WholeBody(bytes);
  const closed = once(heardBefore, 'close');
  heardBefore.takeBytes();
  await closed;
  const heardAfter = new WholeBody(bytes);
  heardAfter.takeBytes();
  await once(heardAfter, 'close');
  expect(heardAfter.destroyed).toBe(true);
});

test('one that is destroyed with an error before anybody looked at it fails with that error, and ends no process', async () => {
  const body = new WholeBody(bytes).destroy(new Error('given up'));
  await new Promise((resolve) => body.once('close', resolve));
  expect(body.errored?.message).toBe('given up');
});

async function readByHand(body: WholeBody): Promise<Buffer> {
  const chunks: Buffer[] = [];
  body.on('readable', () => {
    for (let chunk = body.read() as Buffer | null; chunk !== null; chunk = body.read() as Buffer | null) chunks.push(chunk);
  });
  await finished(body);
  return Buffer.concat(chunks);
}

async function readByEvents(body: WholeBody): Promise<Buffer> {
  const chunks: Buffer[] = [];
  body.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(body, 'close');
  return Buffer.concat(chunks);
}
