import { expect, test } from '@jest/globals';
import type { FileSource, SourceFileEntry } from '@filesource/core';
import { Places } from '../src/pull/places.ts';
import type { PlannedFile } from '../src/pull/plan.ts';
import { SparePlaces } from '../src/ranges/spare-places.ts';
import { file, memorySource } from './helpers.ts';

const sourceOpening = (openBatch: number | undefined, maxOpening?: number): FileSource => {
  const { source } = memorySource([{ id: '1', files: [file('1', '1.txt')] }]);
  const { capabilities } = source;
  return { ...source, capabilities: { ...capabilities, limits: { ...capabilities.limits, ...(openBatch === undefined ? {} : { openBatch }), ...(maxOpening === undefined ? {} : { maxOpening }) } } };
};

const planned = (source: FileSource, size: number | null): PlannedFile => {
  const entry = { kind: 'file', size } as SourceFileEntry;
  return { source, entry, path: '', row: { ref: '', name: null, path: null, size, sha256: null, status: 'planned' } };
};

/** Takes places until one has to be waited for. */
async function takeAll(places: Places, of: PlannedFile): Promise<{ readonly leave: (() => void)[]; readonly next: Promise<() => void> }> {
  const leave: (() => void)[] = [];
  for (;;) {
    let taken: (() => void) | undefined;
    const next = places.take(of).then((end) => (taken = end));
    await new Promise((resolve) => setImmediate(resolve));
    if (taken === undefined) return { leave, next };
    leave.push(taken);
  }
}

test.each([
  ['a source that opens each file by itself', undefined, 4096, 3],
  ['a large file', 5, 300 * 1024, 3],
  ['a file of unknown size', 5, null, 3],
  ['small files that share requests', 5, 4096, 10],
  ['small files that are many bytes together', 500, 256 * 1024, 64],
])('%s: so many in flight, and the next one when one of them ends', async (_what, openBatch, size, most) => {
  const places = new Places(3);
  const { leave } = await takeAll(places, planned(sourceOpening(openBatch), size));
  expect(leave.length).toBe(most);
});

test('small files that share requests start a whole batch at a time', async () => {
  const places = new Places(3);
  const { leave, next } = await takeAll(places, planned(sourceOpening(5), 1));
  let isNext = false;
  void next.then(() => (isNext = true));
  for (const [index, end] of leave.slice(0, 5).entries()) {
    end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(isNext).toBe(index === 4);
  }
});

test.each([[2, 26], [4, 50], [8, 100], [32, 100]])('small files whose bytes are asked for one by one wait for no more turns where %i are asked for at once', async (concurrency, most) => {
  const { leave } = await takeAll(new Places(concurrency), planned(sourceOpening(50, 8), 1));
  expect(leave.length).toBe(most);
});

test('one file at a time comes in ranges, in places that no file has', () => {
  const places = new SparePlaces(2);
  const leave = places.takeSpare();
  expect([places.hasSpare, leave]).toEqual([true, expect.any(Function)]);
  places.takeSpare();
  expect([places.hasSpare, places.takeSpare()]).toEqual([false, undefined]);
  leave?.();
  expect(places.hasSpare).toBe(true);
  const end = places.takeRanges();
  expect(places.takeRanges()).toBeUndefined();
  end?.();
  end?.();
  expect(places.takeRanges()).toEqual(expect.any(Function));
});

test('a concurrency of 1 is one file at a time, whatever the source can do', async () => {
  const { leave } = await takeAll(new Places(1), planned(sourceOpening(50), 1));
  expect(leave.length).toBe(1);
});
