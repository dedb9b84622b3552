import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from '@jest/globals';
import { createLimiter, FileSourceError } from '@filesource/core';

interface Gate {
  readonly promise: Promise<void>;
  readonly open: () => void;
  readonly fail: (error: Error) => void;
}

function gate(): Gate {
  let [open, fail]: [() => void, (error: Error) => void] = [() => undefined, () => undefined];
  const promise = new Promise<void>((resolve, reject) => ([open, fail] = [resolve, reject]));
  return { promise, open, fail };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('calls that have a place start at once, the others in their order as places come free', async () => {
  const limiter = createLimiter(2);
  const gates = Array.from({ length: 5 }, gate);
  const started: number[] = [];
  const all = gates.map(({ promise }, index) =>
    limiter(() => {
      started.push(index);
      return promise;
    }),
  );
  expect(started).toEqual([0, 1]);
  gates[1]?.open();
  await settled();
  expect(started).toEqual([0, 1, 2]);
  gates[0]?.open();
  gates[2]?.open();
  await settled();
  expect(started).toEqual([0, 1, 2, 3, 4]);
  gates[3]?.open();
  gates[4]?.open();
  await Promise.all(all);
});

test('a call that fails, or throws before it has a promise, gives its place back and fails for its caller alone', async () => {
  const limiter = createLimiter(1);
  const first = gate();
  const failing = limiter(() => first.promise);
  const throwing = limiter(() => {
    throw new Error('at once');
  });
  const last = limiter(async () => 'last');
  first.fail(new Error('late'));
  await expect(failing).rejects.toThrow('late');
  await expect(throwing).rejects.toThrow('at once');
  expect(await last).toBe('last');
});

test('a new call does not overtake those that wait', async () => {
  const limiter = createLimiter(1);
  const order: string[] = [];
  const note = (name: string) => async (): Promise<void> => void order.push(name);
  const [first, second] = [limiter(note('first')), limiter(note('second'))];
  await first;
  await Promise.all([limiter(note('third')), second]);
  expect(order).toEqual(['first', 'second', 'third']);
});

test('each call runs in the context that it was made in, also after it waited', async () => {
  const storage = new AsyncLocalStorage<string>();
  const limiter = createLimiter(1);
  const seen = await Promise.all(['a', 'b', 'c'].map((name) => storage.run(name, () => limiter(async () => (await settled(), storage.getStore())))));
  expect(seen).toEqual(['a', 'b', 'c']);
});

test.each([
  ['those that say nothing share a few places', [undefined, undefined, undefined, undefined, undefined], 3],
  ['those that say no more share the same ones, so many of them', [2, 2, 2, undefined, undefined, 3], 3],
  ['those that say more have so many', [4, 4, 4, 4, 4, 4], 4],
  ['beside the others', [undefined, undefined, undefined, undefined, 5, 5, 5, 5, 5], 8],
  ['each number for itself', [4, 4, 4, 4, 4, 5, 5, 5, 5, 5], 9],
  ['and no more than all places', Array.from({ length: 20 }, () => 1000), 10],
] as const)('of calls that say how many there may be, %s', async (_what, asked, started) => {
  const limiter = createLimiter(10, 3);
  const { promise, open } = gate();
  let running = 0;
  const all = asked.map((concurrency) =>
    limiter(() => {
      running += 1;
      return promise;
    }, concurrency),
  );
  expect(running).toBe(started);
  open();
  await Promise.all(all);
  expect(running).toBe(asked.length);
});

test('calls that wait for others of their kind hold no place that another one could have', async () => {
  const limiter = createLimiter(4, 2);
  const { promise, open } = gate();
  const slow = Array.from({ length: 50 }, () => limiter(() => promise, 1));
  expect(await limiter(async () => 'at once')).toBe('at once');
  expect(await limiter(async () => 'at once', 4)).toBe('at once');
  open();
  await Promise.all(slow);
});

test('what is no number of calls is refused by name, and Infinity is no limit', async () => {
  for (const wrong of [0, -1, 1.5, Number.NaN]) expect(() => createLimiter(wrong)).toThrow(FileSourceError);
  const limiter = createLimiter(Number.POSITIVE_INFINITY);
  let started = 0;
  const all = Array.from({ length: 1000 }, () => limiter(async () => void (started += 1)));
  expect(started).toBe(1000);
  await Promise.all(all);
  await expect(limiter(() => { throw new Error('at once'); })).rejects.toThrow('at once');
});
