import { expect, test } from '@jest/globals';
import { createVirtualClock, settle } from '@filesource/testkit';
import type { PartFile } from '../src/local/part-file.ts';
import { Checkpoints } from '../src/pull/checkpoints.ts';

const mebibyte = 1024 * 1024;

/** A part on a disk that is forced when a test says so. */
function slowPart() {
  const ends: ((failure?: Error) => void)[] = [];
  const part = {
    bytes: 0,
    checkpoint: () => {
      const { bytes } = part;
      return new Promise<number>((resolve, reject) => ends.push((failure) => (failure === undefined ? resolve(bytes) : reject(failure))));
    },
  };
  return { part, ends };
}

function begin() {
  const { part, ends } = slowPart();
  const clock = createVirtualClock();
  const noted: number[] = [];
  const checkpoints = new Checkpoints(part as unknown as PartFile, clock, (bytes) => noted.push(bytes));
  return { part, ends, clock, noted, checkpoints };
}

test('a checkpoint starts after 32 MiB, and nobody waits for it', async () => {
  const { part, ends, noted, checkpoints } = begin();
  part.bytes = 32 * mebibyte - 1;
  expect(checkpoints.look()).toBeUndefined();
  expect(ends).toHaveLength(0);
  part.bytes = 33 * mebibyte;
  expect(checkpoints.look()).toBeUndefined();
  part.bytes = 40 * mebibyte;
  expect(checkpoints.look()).toBeUndefined();
  expect({ started: ends.length, noted: checkpoints.noted }).toEqual({ started: 1, noted: 0 });
  ends[0]?.();
  await checkpoints.end();
  expect({ noted, safe: checkpoints.noted }).toEqual({ noted: [33 * mebibyte], safe: 33 * mebibyte });
});

test('the next one waits for one that takes too long', async () => {
  const { part, ends, noted, checkpoints } = begin();
  part.bytes = 33 * mebibyte;
  void checkpoints.look();
  part.bytes = 66 * mebibyte;
  const waiting = checkpoints.look();
  expect(waiting).toBeInstanceOf(Promise);
  ends[0]?.();
  await waiting;
  expect(checkpoints.look()).toBeUndefined();
  ends[1]?.();
  await checkpoints.end();
  expect(noted).toEqual([33 * mebibyte, 66 * mebibyte]);
});

test('where bytes come slowly, one starts after some seconds', async () => {
  const { part, ends, clock, checkpoints } = begin();
  part.bytes = mebibyte;
  void checkpoints.look();
  expect(ends).toHaveLength(0);
  await clock.advance(5000);
  void checkpoints.look();
  expect(ends).toHaveLength(1);
});

test('one that fails notes nothing, and its failure is told at the next look and at the end', async () => {
  const { part, ends, noted, checkpoints } = begin();
  part.bytes = 33 * mebibyte;
  void checkpoints.look();
  ends[0]?.(new Error('full'));
  await settle();
  await expect(checkpoints.look()).rejects.toThrow('full');
  await expect(checkpoints.end()).rejects.toThrow('full');
  expect({ noted, safe: checkpoints.noted }).toEqual({ noted: [], safe: 0 });
});

test('none starts after the end', async () => {
  const { part, ends, checkpoints } = begin();
  await checkpoints.end();
  part.bytes = 33 * mebibyte;
  expect(checkpoints.look()).toBeUndefined();
  expect(ends).toHaveLength(0);
});
