import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { overlay, WholeBody, type Content, type SourceAdapter } from '@filesource/core';
import { createMemoryAdapter, createTestPorts, createVirtualClock, settle } from '@filesource/testkit';
import { collect, sourceOf } from './helpers.ts';

const folders = [{ id: '1', name: 'Müller', files: [{ id: '2', name: 'a.txt', bytes: Buffer.from('hello') }] }];

/** An adapter that remembers the signals of its calls; `before` sees each of them first. */
function watched(letsGoOfSignals: boolean, before: (signal: AbortSignal) => Promise<void> | void = () => undefined, body: () => Readable = () => new WholeBody(Buffer.from('hello'))) {
  const memory = createMemoryAdapter({ folders });
  const signals: AbortSignal[] = [];
  const saw = async ({ signal }: { readonly signal?: AbortSignal }): Promise<void> => {
    if (signal === undefined) throw new Error('there is no signal');
    signals.push(signal);
    await before(signal);
  };
  const adapter: SourceAdapter = {
    ...overlay(memory, {
      listPage: async (folder, options) => {
        await saw(options);
        return memory.listPage(folder, {});
      },
      stat: async (ref, options) => {
        await saw(options);
        return memory.stat(ref, {});
      },
      open: async (ref, options): Promise<Content> => {
        await saw(options);
        return { ...(await memory.open(ref, {})), body: body() };
      },
    }),
    letsGoOfSignals,
  };
  return { adapter, signals, seen: () => new Set(signals).size };
}

describe('the signal of an attempt', () => {
  it('is used for the next one where the adapter lets go of it', async () => {
    const { adapter, seen } = watched(true);
    const source = sourceOf(adapter);
    await source.stat('1/2');
    await collect(source.list('1'));
    (await source.open('1/2')).body.destroy();
    await source.stat('1/2');
    expect(seen()).toBe(1);
  });

  it('is used a hundred times and no more, since what follows it unseen would pile up', async () => {
    const { adapter, signals } = watched(true);
    const source = sourceOf(adapter);
    for (let call = 0; call < 250; call += 1) await source.stat('1/2');
    expect([...new Set(signals)].map((signal) => signals.filter((other) => other === signal).length)).toEqual([100, 100, 50]);
  });

  it('is its own where the adapter says nothing of that', async () => {
    const { adapter, seen } = watched(false);
    const source = sourceOf(adapter);
    for (let call = 0; call < 3; call += 1) await source.stat('1/2');
    expect(seen()).toBe(3);
  });

  it('is used again through an overlay that leaves the calls alone, and its own through one that does not', async () => {
    const plain = watched(true);
    const { capabilities } = plain.adapter;
    const same = sourceOf(overlay(plain.adapter, { capabilities: { ...capabilities } }));
    for (let call = 0; call < 3; call += 1) await same.stat('1/2');
    expect(plain.seen()).toBe(1);
    const changed = watched(true);
    const other = sourceOf(overlay(changed.adapter, { stat: (ref, options) => changed.adapter.stat(ref, options) }));
    for (let call = 0; call < 3; call += 1) await other.stat('1/2');
    expect(changed.seen()).toBe(3);
  });

  it('is its own among those that are on their way together', async () => {
    const { adapter, seen } = watched(true);
    const source = sourceOf(adapter);
    await Promise.all(Array.from({ length: 5 }, () => source.stat('1/2')));
    expect(seen()).toBe(5);
    await Promise.all(Array.from({ length: 5 }, () => source.stat('1/2')));
    expect(seen()).toBe(5);
  });

  it('stays with a body that is still to be read', async () => {
    const { adapter, signals } = watched(true, undefined, () => Readable.from(['hello']));
    const source = sourceOf(adapter);
    const { body } = await source.open('1/2');
    await source.stat('1/2');
    expect(signals[1]).not.toBe(signals[0]);
    body.destroy();
  });

  it('stays with whoever still listens to it', async () => {
    const { adapter, signals } = watched(true, (signal) => signal.addEventListener('abort', () => undefined));
    const source = sourceOf(adapter);
    await source.stat('1/2');
    await source.stat('1/2');
    expect(signals[1]).not.toBe(signals[0]);
  });

  it('is never one that has fired, or whose attempt failed', async () => {
    const clock = createVirtualClock();
    let isSlow = true;
    const { adapter, signals } = watched(true, () => (isSlow ? clock.sleep(5000) : undefined));
    const source = sourceOf(adapter, { ports: createTestPorts({ clock }), timeoutMs: 1000, retry: { maxAttempts: 1 } });
    const slow = expect(source.stat('1/2')).rejects.toMatchObject({ kind: 'timeout' });
    await settle();
    await clock.advance(1000);
    await slow;
    await clock.advance(5000);
    isSlow = false;
    await expect(source.stat('1/9')).rejects.toMatchObject({ kind: 'not-found' });
    await source.stat('1/2');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false, false]);
    expect(new Set(signals).size).toBe(3);
  });

  it('bounds each attempt anew, and tells nothing of an earlier one', async () => {
    const clock = createVirtualClock();
    let sleepMs = 800;
    const { adapter, signals } = watched(true, (signal) => clock.sleep(sleepMs, signal));
    const source = sourceOf(adapter, { ports: createTestPorts({ clock }), timeoutMs: 1000, retry: { maxAttempts: 1 } });
    for (let call = 0; call < 3; call += 1) {
      const done = source.stat('1/2');
      await settle();
      await clock.advance(800);
      await done;
    }
    sleepMs = 5000;
    const slow = expect(source.stat('1/2')).rejects.toMatchObject({ kind: 'timeout' });
    await settle();
    await clock.advance(999);
    expect(signals.at(-1)?.aborted).toBe(false);
    await clock.advance(1);
    await slow;
    expect(new Set(signals).size).toBe(1);
  });
});
