import { expect, test } from '@jest/globals';
import { BlockPool } from '../src/index.ts';

const pool = (): BlockPool => new BlockPool({ blockBytes: 16, mostFree: 2 });

test('a block that came back is taken again, and no more are kept than asked for', () => {
  const blocks = pool();
  const taken = [blocks.take(), blocks.take(), blocks.take()].map(({ buffer }) => buffer);
  for (const block of taken) blocks.giveBack(block);
  const again = [blocks.take(), blocks.take(), blocks.take()].map(({ buffer }) => buffer);
  expect(again.map((block) => taken.includes(block))).toEqual([true, true, false]);
});

test('what is not one of its blocks is not kept, such as one whose memory went elsewhere', () => {
  const blocks = pool();
  const { buffer } = blocks.take();
  structuredClone(buffer, { transfer: [buffer] });
  blocks.giveBack(buffer);
  blocks.giveBack(new ArrayBuffer(8));
  expect(blocks.take()).toHaveLength(16);
});

test('while it rests it keeps nothing, nor what comes back late', () => {
  const blocks = pool();
  const [early, late] = [blocks.take().buffer, blocks.take().buffer];
  blocks.giveBack(early);
  blocks.rest();
  blocks.giveBack(late);
  expect([early, late]).not.toContain(blocks.take().buffer);
});
