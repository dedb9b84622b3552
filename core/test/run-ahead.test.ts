import { setImmediate as turn } from 'node:timers/promises';
import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { runAhead, type RunAheadOptions } from '../src/run-ahead.ts';

interface Job {
  readonly id: number;
  readonly signal: AbortSignal;
  readonly done: (result: number) => void;
  readonly fail: (error: Error) => void;
}

function jobs(): { readonly started: Job[]; readonly run: RunAheadOptions<number, number>['run'] } {
  const started: Job[] = [];
  return {
    started,
    run: (id, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        started.push({ id, signal, done: resolve, fail: reject });
      }),
  };
}

const ids = (started: readonly Job[]): number[] => started.map(({ id }) => id);

describe('what runs ahead', () => {
  it('gives what came of each item in their order, whichever was ready first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ weight: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(Number.POSITIVE_INFINITY)), turns: fc.integer({ min: 0, max: 5 }), fails: fc.boolean() }), { maxLength: 20 }), fc.integer({ min: 1, max: 5 }), async (items, most) => {
        let running = 0;
        let atOnce = 0;
        const run = async (item: (typeof items)[number]): Promise<number> => {
          running += 1;
          atOnce = Math.max(atOnce, running);
          for (let left = item.turns; left > 0; left -= 1) await turn();
          running -= 1;
          if (item.fails) throw new Error(String(items.indexOf(item)));
          return items.indexOf(item);
        };
        const seen: string[] = [];
        for await (const { item, result } of runAhead(items, { run, most, weightOf: ({ weight }) => weight, mostWeight: 12 })) {
          seen.push(await result.then((index) => `${index} ${items.indexOf(item)}`, (error: Error) => `${error.message} ${items.indexOf(item)}`));
        }
        expect(seen).toEqual(items.map((_item, index) => `${index} ${index}`));
        expect(atOnce).toBeLessThanOrEqual(most);
      }),
      { numRuns: 100 },
    );
  });

  it('starts no more than it may, the one whose turn it is included', async () => {
    const { started, run } = jobs();
    const reader = runAhead([1, 2, 3, 4, 5], { run, most: 3 });
    await reader.next();
    expect(ids(started)).toEqual([1, 2, 3]);
    started[2]?.done(3);
    await turn();
    expect(ids(started)).toEqual([1, 2, 3]);
    await reader.next();
    expect(ids(started)).toEqual([1, 2, 3, 4]);
    await reader.return();
  });

  it('holds no more than it may weigh, and what is too heavy runs in its turn only', async () => {
    const { started, run } = jobs();
    const weights = new Map([[1, 50], [2, 4], [3, 4], [4, 4], [5, Number.POSITIVE_INFINITY], [6, 1]]);
    const reader = runAhead([...weights.keys()], { run, most: 10, weightOf: (id) => weights.get(id) ?? 0, mostWeight: 10 });
    const startedAt: number[][] = [];
    for (let count = 0; count < 6; count += 1) {
      await reader.next();
      startedAt.push(ids(started));
    }
    expect(startedAt).toEqual([[1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]]);
    expect((await reader.next()).done).toBe(true);
  });

  it('aborts what runs when its reader leaves, and gives back what has come', async () => {
    const { started, run } = jobs();
    const given: number[] = [];
    const stop = new AbortController();
    const reader = runAhead([1, 2, 3, 4], { run, most: 4, discard: (result) => given.push(result), signal: stop.signal });
    await reader.next();
    started[1]?.done(2);
    await turn();
    await reader.return();
    await turn();
    expect(started.map(({ signal }) => signal.aborted)).toEqual([true, true, true, true]);
    expect(given).toEqual([2]);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  it('aborts what runs, with the reason of the caller, when the caller does', async () => {
    const { started, run } = jobs();
    const stop = new AbortController();
    const reader = runAhead([1, 2], { run, most: 2, signal: stop.signal });
    const first = (await reader.next()).value;
    stop.abort(new Error('enough'));
    await expect(first?.result).rejects.toThrow('enough');
    expect(started.map(({ signal }) => signal.reason)).toEqual([stop.signal.reason, stop.signal.reason]);
  });
});
