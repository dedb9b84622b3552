import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { itemsAtOnce, mostItemsAtOnce } from '../src/items-at-once.ts';

/** Items that end when they are told to. */
class Items {
  readonly begun: number[] = [];
  readonly aborted: number[] = [];
  readonly #ends = new Map<number, { readonly resolve: (result: string) => void; readonly reject: (error: Error) => void }>();

  readonly run = (index: number, signal: AbortSignal): Promise<string> => {
    this.begun.push(index);
    signal.addEventListener('abort', () => this.aborted.push(index));
    return new Promise((resolve, reject) => this.#ends.set(index, { resolve, reject }));
  };

  get running(): number[] {
    return [...this.#ends.keys()];
  }

  async done(index: number): Promise<void> {
    this.#ends.get(index)?.resolve(`result ${index}`);
    this.#ends.delete(index);
    await turn();
  }

  async failed(index: number): Promise<void> {
    this.#ends.get(index)?.reject(new Error(`item ${index} failed`));
    this.#ends.delete(index);
    await turn();
  }
}

/** How it ended, once it has. */
function outcomeOf(running: Promise<readonly string[]>): { value: readonly string[] | string | undefined } {
  const outcome: { value: readonly string[] | string | undefined } = { value: undefined };
  running.then(
    (results) => (outcome.value = results),
    (error: Error) => (outcome.value = error.message),
  );
  return outcome;
}

function ordersOf(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((first) => ordersOf(items.filter((item) => item !== first)).map((rest) => [first, ...rest]));
}

test('no items are no results', async () => {
  expect(await itemsAtOnce(0, undefined, async () => 'none')).toEqual([]);
});

test('items begin in their order, a bounded number at once, and another one for each that is done', async () => {
  const items = new Items();
  const outcome = outcomeOf(itemsAtOnce(mostItemsAtOnce + 3, undefined, items.run));
  const first = Array.from({ length: mostItemsAtOnce }, (_, index) => index);
  expect(items.begun).toEqual(first);
  await items.done(7);
  expect(items.begun).toEqual([...first, mostItemsAtOnce]);
  await items.done(mostItemsAtOnce);
  await items.done(3);
  expect(items.begun).toEqual([...first, mostItemsAtOnce, mostItemsAtOnce + 1, mostItemsAtOnce + 2]);
  for (const index of items.running.reverse()) await items.done(index);
  expect(outcome.value).toEqual(items.begun.map((index) => `result ${index}`));
});

test('whatever fails, and in whatever order items end, the outcome is that of one item after the other', async () => {
  const all = [0, 1, 2, 3];
  for (const order of ordersOf(all)) {
    for (let failing = 0; failing < 2 ** all.length; failing += 1) {
      const fails = (index: number): boolean => (failing & (1 << index)) !== 0;
      const items = new Items();
      const outcome = outcomeOf(itemsAtOnce(all.length, undefined, items.run));
      for (const index of order) {
        expect(outcome.value).toBeUndefined();
        await (fails(index) ? items.failed(index) : items.done(index));
      }
      const first = all.find(fails);
      expect({ order, failing, outcome: outcome.value }).toEqual({ order, failing, outcome: first === undefined ? all.map((index) => `result ${index}`) : `item ${first} failed` });
    }
  }
});

describe('when an item has failed', () => {
  test('those before it run to their end, those behind it are aborted and waited for, and no other one begins', async () => {
    const items = new Items();
    const outcome = outcomeOf(itemsAtOnce(100, undefined, items.run));
    await items.failed(13);
    expect(items.aborted).toEqual([14, 15]);
    await items.failed(14);
    for (let index = 0; index < 13; index += 1) await items.done(index);
    expect([items.running, outcome.value]).toEqual([[15], undefined]);
    await items.done(15);
    expect(outcome.value).toBe('item 13 failed');
    expect(items.begun).toHaveLength(mostItemsAtOnce);
    expect(items.aborted).toEqual([14, 15]);
  });

  test('one before it that fails later counts in its place', async () => {
    const items = new Items();
    const outcome = outcomeOf(itemsAtOnce(5, undefined, items.run));
    await items.failed(3);
    await items.failed(1);
    expect([...items.aborted].sort()).toEqual([2, 4]);
    for (const index of items.running) await items.failed(index);
    expect(outcome.value).toBe('item 0 failed');
  });
});

describe('when the signal fires', () => {
  test('all that run are aborted for its reason and waited for, and no other one begins', async () => {
    const stop = new AbortController();
    const reasons: unknown[] = [];
    const items = new Items();
    const outcome = outcomeOf(
      itemsAtOnce(100, stop.signal, (index, signal) => {
        signal.addEventListener('abort', () => reasons.push(signal.reason));
        return items.run(index, signal);
      }),
    );
    await items.done(0);
    stop.abort();
    expect(items.aborted).toEqual(items.running);
    expect(new Set(reasons)).toEqual(new Set([stop.signal.reason]));
    for (const index of items.running.slice(1)) await items.failed(index);
    expect(outcome.value).toBeUndefined();
    await items.done(1);
    expect(outcome.value).toBe('the call was aborted');
    expect(items.begun).toHaveLength(mostItemsAtOnce + 1);
  });

  test('that counts, even where an item had failed before and another one was waited for', async () => {
    const stop = new AbortController();
    const items = new Items();
    const outcome = outcomeOf(itemsAtOnce(2, stop.signal, items.run));
    await items.failed(0);
    stop.abort();
    await items.done(1);
    expect(outcome.value).toBe('the call was aborted');
  });

  test('nothing begins where that was before', async () => {
    const items = new Items();
    await expect(itemsAtOnce(2, AbortSignal.abort(), items.run)).rejects.toMatchObject({ kind: 'aborted' });
    expect(items.begun).toEqual([]);
  });

  test('what was done before it is given all the same, where nothing else was to be done', async () => {
    const stop = new AbortController();
    const results = await itemsAtOnce(2, stop.signal, async (index) => {
      if (index === 1) stop.abort();
      return index;
    });
    expect(results).toEqual([0, 1]);
  });
});

test('nobody listens to the signal once it is over', async () => {
  const { signal } = new AbortController();
  await itemsAtOnce(40, signal, async (index) => index);
  await expect(itemsAtOnce(40, signal, async (index) => (index === 20 ? Promise.reject(new Error('no')) : index))).rejects.toThrow('no');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
