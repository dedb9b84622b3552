import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { PartFile } from '../src/local/part-file.ts';
import { receive } from '../src/receive.ts';

/** A part whose bytes are written when a test says so. */
function slowPart(): { readonly part: PartFile; readonly write: (failure?: Error) => void } {
  let settle: (failure?: Error) => void = () => undefined;
  const take = (): Promise<void> =>
    new Promise((resolve, reject) => {
      settle = (failure) => (failure === undefined ? resolve() : reject(failure));
    });
  return { part: { take } as unknown as PartFile, write: (failure) => settle(failure) };
}

test.each([undefined, new Error('full')])('a body that breaks while its bytes are being written has failed when that is over, and nothing follows (%p)', async (failure) => {
  const { part, write } = slowPart();
  const body = new Readable({ read: () => undefined });
  let followed = 0;
  const received = receive(body, part, { onWritten: () => void (followed += 1) });
  let outcome = 'under way';
  received.catch((error: Error) => (outcome = error.message));
  body.push(Buffer.from('bytes'));
  await nextTurn();
  body.destroy(new Error('broken'));
  await nextTurn();
  await nextTurn();
  expect(outcome).toBe('under way');
  write(failure);
  await expect(received).rejects.toThrow('broken');
  expect(followed).toBe(0);
});

test.each([5, 6])('of a body with 6 listed bytes, no chunk that goes beyond them is taken (the second one is %p bytes)', async (second) => {
  const chunks: number[] = [];
  let bytes = 0;
  const take = (chunk: Buffer): undefined => {
    chunks.push(chunk.length);
    bytes += chunk.length;
    return undefined;
  };
  const part = { take, get bytes() { return bytes; } } as unknown as PartFile;
  const body = Readable.from([Buffer.alloc(1), Buffer.alloc(second)]);
  const outcome = await receive(body, part, { listed: 6 }).catch((error: unknown) => error);
  if (second === 5) expect(outcome).toBeUndefined();
  else expect(outcome).toMatchObject({ kind: 'conflict', message: expect.stringContaining('7 bytes came, the vendor lists 6') });
  expect(chunks).toEqual(second === 5 ? [1, 5] : [1]);
  expect(body.destroyed).toBe(true);
});

test('what fails at the last chunk fails the body, although its end comes right after', async () => {
  const part = { take: () => undefined } as unknown as PartFile;
  const onBytes = (): void => {
    throw new Error('too many');
  };
  await expect(receive(Readable.from([Buffer.from('bytes')]), part, { onBytes })).rejects.toThrow('too many');
});
