import { setMaxListeners } from 'node:events';
import { FileSourceError } from './errors/file-source-error.ts';
import { listenForAbort, stopListeningForAbort } from './time/abort-listeners.ts';

export interface RunAheadOptions<Item, Result> {
  readonly run: (item: Item, signal: AbortSignal) => Promise<Result>;
  /** Items that run or wait for their turn, the one whose turn it is included. */
  readonly most: number;
  /** Of what is held of an item before its turn; `Infinity` for one that runs only then. Default: nothing. */
  readonly weightOf?: (item: Item) => number;
  /** What the items before their turn may weigh together. */
  readonly mostWeight?: number;
  /** Gets a result that nobody will take any more. */
  readonly discard?: (result: Result) => void;
  readonly signal?: AbortSignal | undefined;
}

/** What came of an item; nobody need wait for it. */
export interface Ran<Item, Result> {
  readonly item: Item;
  readonly result: Promise<Result>;
}

/** One for all: an error is costly to make, and nobody reads this one. */
const gone = new FileSourceError('aborted', 'nobody waits for it any more');

/**
 * Runs something for each item, for some of them before their turn, and gives what came of it in the order of the items.
 * - Items run in their order; one that is too heavy holds back those behind it.
 * - Ending it early aborts what runs.
 */
export async function* runAhead<Item, Result>(items: readonly Item[], options: RunAheadOptions<Item, Result>): AsyncGenerator<Ran<Item, Result>, void, undefined> {
  const { run, most, weightOf = () => 0, mostWeight = Number.POSITIVE_INFINITY, discard, signal } = options;
  const over = new AbortController();
  // One signal for all of them; Node would take that for a leak.
  setMaxListeners(0, over.signal);
  const onAbort = (): void => over.abort(signal?.reason);
  if (signal?.aborted === true) onAbort();
  else if (signal !== undefined) listenForAbort(signal, onAbort);
  const ahead: { readonly result: Promise<Result>; readonly weight: number }[] = [];
  let started = 0;
  let weight = 0;
  const start = (heaviest: number): boolean => {
    const item = items[started];
    if (started === items.length || ahead.length >= most) return false;
    const own = weightOf(item as Item);
    if (own > heaviest) return false;
    const result = run(item as Item, over.signal);
    // Told to whoever takes it.
    result.catch(() => undefined);
    const held = Number.isFinite(own) ? own : 0;
    ahead.push({ result, weight: held });
    weight += held;
    started += 1;
    return true;
  };
  try {
    for (const item of items) {
      if (ahead.length === 0) start(Number.POSITIVE_INFINITY);
      const [turn] = ahead;
      weight -= turn?.weight ?? 0;
      while (start(mostWeight - weight));
      ahead.shift();
      if (turn !== undefined) yield { item, result: turn.result };
    }
  } finally {
    if (signal !== undefined) stopListeningForAbort(signal, onAbort);
    for (const { result } of ahead) result.then(discard, () => undefined);
    over.abort(gone);
  }
}
