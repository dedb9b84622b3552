import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { listenForAbort, stopListeningForAbort } from '@filesource/core';
import { isAwaited, keepListening } from '../src/time/abort-listeners.ts';

function heard(): { readonly names: string[]; readonly as: (name: string) => () => void } {
  const names: string[] = [];
  return { names, as: (name) => () => names.push(name) };
}

test('every function that waits for a signal runs once when it fires, in the order in which they came', () => {
  const stop = new AbortController();
  const { names, as } = heard();
  const twice = as('a');
  listenForAbort(stop.signal, twice);
  listenForAbort(stop.signal, as('b'));
  listenForAbort(stop.signal, twice);
  stop.abort();
  stop.signal.dispatchEvent(new Event('abort'));
  expect(names).toEqual(['a', 'b']);
});

test('a function that waits no more does not run, also when one that ran before it said so', () => {
  const stop = new AbortController();
  const { names, as } = heard();
  const [early, late] = [as('early'), as('late')];
  listenForAbort(stop.signal, early);
  stopListeningForAbort(stop.signal, early);
  listenForAbort(stop.signal, () => stopListeningForAbort(stop.signal, late));
  listenForAbort(stop.signal, late);
  listenForAbort(stop.signal, as('last'));
  stop.abort();
  expect(names).toEqual(['last']);
});

test('one that starts to wait while the signal fires does not run any more, as with any listener', () => {
  const stop = new AbortController();
  const { names, as } = heard();
  listenForAbort(stop.signal, () => listenForAbort(stop.signal, as('late')));
  stop.abort();
  expect(names).toEqual([]);
});

test('a signal has one listener for all who wait, and none when nobody does', () => {
  const { signal } = new AbortController();
  const runs = [1, 2, 3].map(() => (): void => undefined);
  for (const run of runs) listenForAbort(signal, run);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  for (const run of runs) stopListeningForAbort(signal, run);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  stopListeningForAbort(signal, () => undefined);
});

test('a signal that is listened to for good is awaited only by others', () => {
  const { signal } = new AbortController();
  keepListening(signal);
  expect(isAwaited(signal)).toBe(false);
  const run = (): void => undefined;
  listenForAbort(signal, run);
  expect(isAwaited(signal)).toBe(true);
  stopListeningForAbort(signal, run);
  expect(isAwaited(signal)).toBe(false);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  signal.addEventListener('abort', run);
  expect(isAwaited(signal)).toBe(true);
});
