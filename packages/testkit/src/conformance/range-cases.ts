import assert from 'node:assert/strict';
import type { ByteRange } from '@filesource/core';
import type { ConformanceArea, ConformanceCase } from './conformance-case.ts';
import { bytesOf, readWhole, refOf, sameBytes } from './reading.ts';

/** Ranges of a file of `size` bytes, and how many bytes each must give. */
const ranges: readonly { readonly title: string; readonly range: (size: number) => ByteRange; readonly gives: (size: number) => number }[] = [
  { title: 'from the start without a length is the whole file', range: () => ({ offset: 0 }), gives: (size) => size },
  { title: 'from the start with the exact length is the whole file', range: (size) => ({ offset: 0, length: size }), gives: (size) => size },
  { title: 'of the first byte', range: () => ({ offset: 0, length: 1 }), gives: () => 1 },
  { title: 'of the second byte', range: () => ({ offset: 1, length: 1 }), gives: () => 1 },
  { title: 'of all but the first byte', range: () => ({ offset: 1 }), gives: (size) => size - 1 },
  { title: 'of all but the last byte', range: (size) => ({ offset: 0, length: size - 1 }), gives: (size) => size - 1 },
  { title: 'of the last byte without a length', range: (size) => ({ offset: size - 1 }), gives: () => 1 },
  { title: 'of the last byte with its length', range: (size) => ({ offset: size - 1, length: 1 }), gives: () => 1 },
  { title: 'of the last byte with too great a length is cut to the end', range: (size) => ({ offset: size - 1, length: 1000 }), gives: () => 1 },
  { title: 'in the middle', range: () => ({ offset: 12_345, length: 54_321 }), gives: () => 54_321 },
  { title: 'from the middle to the end', range: () => ({ offset: 100_001 }), gives: (size) => size - 100_001 },
  { title: 'across a boundary of 64 KiB', range: () => ({ offset: 65_535, length: 2 }), gives: () => 2 },
  { title: 'of exactly the second 64 KiB', range: () => ({ offset: 65_536, length: 65_536 }), gives: () => 65_536 },
  { title: 'that reaches one byte over the end is cut to it', range: (size) => ({ offset: 10, length: size - 9 }), gives: (size) => size - 10 },
  { title: 'of the greatest length there is goes to the end', range: () => ({ offset: 5, length: Number.MAX_SAFE_INTEGER }), gives: (size) => size - 5 },
  { title: 'of no length at the start is empty', range: () => ({ offset: 0, length: 0 }), gives: () => 0 },
  { title: 'of no length in the middle is empty', range: () => ({ offset: 1000, length: 0 }), gives: () => 0 },
  { title: 'that starts at the end is empty', range: (size) => ({ offset: size }), gives: () => 0 },
  { title: 'that starts at the end and has a length is empty', range: (size) => ({ offset: size, length: 10 }), gives: () => 0 },
];

const giving: readonly ConformanceCase[] = ranges.map(({ title, range: rangeOf, gives }) => ({
  title,
  run: async (stage) => {
    const file = stage.sizeable;
    const size = file.bytes.length;
    assert(size >= 200_000, 'the folder "documents" of the world needs a file of 200,000 bytes');
    const range = rangeOf(size);
    const content = await stage.source.open(refOf(file), { range });
    sameBytes(await bytesOf(content.body), file.bytes.subarray(range.offset, range.offset + gives(size)), `bytes from ${range.offset}`);
    assert.equal(content.offset, range.offset);
    assert(content.size === null || content.size === gives(size), `${content.size} bytes were announced`);
    assert(content.totalSize === null || content.totalSize === size, `${content.totalSize} bytes in all were announced`);
  },
}));

const past: readonly ByteRange[] = [{ offset: 1 }, { offset: 1, length: 1 }, { offset: 1_000_000 }, { offset: Number.MAX_SAFE_INTEGER }];

const unsatisfiable: readonly ConformanceCase[] = past.map((range) => ({
  title: `that starts ${range.offset} past the end${range.length === undefined ? '' : ' and has a length'} is range-not-satisfiable`,
  run: async (stage) => {
    const offset = Math.min(Number.MAX_SAFE_INTEGER, stage.sizeable.bytes.length + range.offset);
    const call = async (): Promise<Buffer> => readWhole(stage.source, refOf(stage.sizeable), { range: { ...range, offset } });
    await stage.fails('range-not-satisfiable', call, { operation: 'open', ref: refOf(stage.sizeable) });
  },
}));

const none: readonly ByteRange[] = [{ offset: -1 }, { offset: 0.5 }, { offset: Number.NaN }, { offset: 0, length: -1 }, { offset: 0, length: 1.5 }, { offset: Number.POSITIVE_INFINITY }];

const refused: readonly ConformanceCase[] = none.map((range) => ({
  title: `from ${range.offset}${range.length === undefined ? '' : ` of ${range.length} bytes`} is refused as invalid-argument`,
  run: async (stage) => {
    await stage.fails('invalid-argument', () => stage.source.open(refOf(stage.sizeable), { range }), { operation: 'open' });
  },
}));

export const rangeCases: ConformanceArea = {
  area: 'a range',
  when: { open: 'supported', openRange: 'supported' },
  cases: [
    ...giving,
    ...unsatisfiable,
    ...refused,
    {
      title: 'anywhere in a file gives the bytes that stand there',
      run: async (stage) => {
        const file = stage.sizeable;
        let seed = 2026;
        const next = (below: number): number => {
          seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
          return seed % below;
        };
        for (let time = 0; time < 20; time += 1) {
          const offset = next(file.bytes.length);
          const length = next(file.bytes.length - offset) + 1;
          sameBytes(await readWhole(stage.source, refOf(file), { range: { offset, length } }), file.bytes.subarray(offset, offset + length), `${length} bytes from ${offset}`);
        }
      },
    },
    {
      title: 'after the other makes the whole file',
      run: async (stage) => {
        const file = stage.sizeable;
        const part = Math.ceil(file.bytes.length / 7);
        const parts: Buffer[] = [];
        for (let offset = 0; offset < file.bytes.length; offset += part) parts.push(await readWhole(stage.source, refOf(file), { range: { offset, length: part } }));
        sameBytes(Buffer.concat(parts), file.bytes, file.name);
      },
    },
    {
      title: 'beside others read at the same time keeps its own bytes',
      run: async (stage) => {
        const file = stage.sizeable;
        const part = Math.ceil(file.bytes.length / 16);
        const offsets = Array.from({ length: 16 }, (_, index) => index * part);
        const parts = await Promise.all(offsets.map((offset) => readWhole(stage.source, refOf(file), { range: { offset, length: part } })));
        sameBytes(Buffer.concat(parts), file.bytes, file.name);
      },
    },
    {
      title: 'of an empty file is empty from its start on, and nowhere else',
      run: async (stage) => {
        assert.equal((await readWhole(stage.source, refOf(stage.emptyFile), { range: { offset: 0 } })).length, 0);
        assert.equal((await readWhole(stage.source, refOf(stage.emptyFile), { range: { offset: 0, length: 10 } })).length, 0);
        await stage.fails('range-not-satisfiable', () => readWhole(stage.source, refOf(stage.emptyFile), { range: { offset: 1 } }));
      },
    },
    {
      title: 'of a file that is not there fails as not-found',
      run: async (stage) => {
        await stage.fails('not-found', () => stage.source.open(stage.world.missingFile, { range: { offset: 1, length: 1 } }), { ref: stage.world.missingFile });
      },
    },
    {
      title: 'does not fetch what stands before it, where ranges are native',
      when: { openRange: 'native' },
      needs: ['large', 'bytesServed'],
      run: async (stage) => {
        const large = stage.place('large');
        const before = stage.control('bytesServed')();
        const offset = large.bytes.length - 1000;
        sameBytes(await readWhole(stage.source, refOf(large), { range: { offset } }), large.bytes.subarray(offset), 'the last 1000 bytes');
        const served = stage.control('bytesServed')() - before;
        assert(served < large.bytes.length / 4, `${served} bytes were sent for 1000: the vendor does not do ranges`);
      },
    },
    {
      title: 'does not go on past its end, where ranges are native',
      when: { openRange: 'native' },
      needs: ['large', 'bytesServed'],
      run: async (stage) => {
        const large = stage.place('large');
        const before = stage.control('bytesServed')();
        sameBytes(await readWhole(stage.source, refOf(large), { range: { offset: 10, length: 1000 } }), large.bytes.subarray(10, 1010), '1000 bytes');
        const served = stage.control('bytesServed')() - before;
        assert(served < large.bytes.length / 4, `${served} bytes were sent for 1000: the vendor does not do ranges`);
      },
    },
  ],
};
