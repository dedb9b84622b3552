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
