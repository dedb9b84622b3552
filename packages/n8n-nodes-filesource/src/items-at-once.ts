import { abortError, createLimiter, FileSourceError, listenForAbort, stopListeningForAbort } from '@filesource/core';

/** Enough that items share requests and wait for the vendor together; so many bodies and connections are open at most. */
export const mostItemsAtOnce = 16;

/** Gets a signal that fires when the execution is stopped, or when an item before this one has failed. */
export type RunItem<Result> = (itemIndex: number, signal: AbortSignal) => Promise<Result>;

/**
 * Runs the items of an input, {@link mostItemsAtOnce} at once and begun in their order; gives the results in their order.
 * - Throws the failure of the first item that fails, first by index, as if they had run one after the other: no other item is begun, those
 *   before it run to their end, and those behind it are aborted.
 * - When `signal` fires before all items are done, throws its reason, whatever failed.
 * - Nothing runs any more when it is over.
 */
export async function itemsAtOnce<Result>(count: number, signal: AbortSignal | undefined, runItem: RunItem<Result>): Promise<Result[]> {
  const results = new Map<number, Result>();
  const failures = new Map<number, unknown>();
  const running = new Map<number, AbortController>();

  const abortBehind = (itemIndex: number, reason: unknown): void => {
    for (const [index, controller] of running) if (index > itemIndex) controller.abort(reason);
  };
  const run = async (itemIndex: number): Promise<void> => {
    if (failures.size > 0 || signal?.aborted === true) return;
    const controller = new AbortController();
    running.set(itemIndex, controller);
    try {
      results.set(itemIndex, await runItem(itemIndex, controller.signal));
    } catch (error) {
      failures.set(itemIndex, error);
      abortBehind(itemIndex, new FileSourceError('aborted', 'an item before this one failed'));
    } finally {
      running.delete(itemIndex);
    }
  };

  const indexes = Array.from({ length: count }, (_, index) => index);
  const limiter = createLimiter(mostItemsAtOnce);
  const stop = (): void => abortBehind(-1, signal?.reason);
  if (signal?.aborted === false) listenForAbort(signal, stop);
  await Promise.all(indexes.map((index) => limiter(() => run(index))));
  if (signal !== undefined) stopListeningForAbort(signal, stop);

  if (signal?.aborted === true && results.size < count) throw abortError(signal);
  if (failures.size > 0) throw failures.get(Math.min(...failures.keys()));
  return indexes.map((index) => results.get(index) as Result);
}
