import { foldName, safeName } from './safe-name.ts';

/**
 * Local names for entries that stand in one directory: no two of them the same on any file system.
 * - Does not depend on the order of the entries: of two that would get one name, the one with the lower id keeps it.
 * - A name that only one entry has is never taken by the suffix of another.
 */
export function nameApart<T>(entries: readonly T[], of: (entry: T) => { readonly id: string; readonly name: string }): Map<T, string> {
  const taken = new Map<string, Named<T>>();
  const later: Named<T>[] = [];
  for (const entry of entries) {
    const { id, name } = of(entry);
    const item = { entry, id, name, safe: safeName(name) };
    const folded = foldName(item.safe);
    const holder = taken.get(folded);
    const isFirst = holder === undefined || compareNamed(item, holder) < 0;
    if (isFirst) taken.set(folded, item);
    // Only these are sorted: most folders have none, and may have a hundred thousand entries.
    if (holder !== undefined) later.push(isFirst ? holder : item);
  }
  const names = new Map<T, string>();
  for (const { entry, safe } of taken.values()) names.set(entry, safe);
  if (later.length === 0) return names;
  const folds = new Set(taken.keys());
  const nextCount = new Map<string, number>();
  for (const { entry, name } of later.sort(compareNamed)) names.set(entry, takeName(name, folds, nextCount));
  return names;
}

interface Named<T> {
  readonly entry: T;
  readonly id: string;
  readonly name: string;
  /** As it is where no other one wants it. */
  readonly safe: string;
}

function compareNamed(a: Named<unknown>, b: Named<unknown>): number {
  return compareIds(a.id, b.id) || compareText(a.name, b.name);
}

/** The first of `name (1)`, `name (2)` ... that is free; marks it as taken. */
export function takeName(name: string, taken: { has(folded: string): boolean; add(folded: string): void }, nextCount = new Map<string, number>()): string {
  const folded = foldName(safeName(name));
  for (let count = nextCount.get(folded) ?? 1; ; count += 1) {
    const candidate = safeName(name, ` (${count})`);
    const key = foldName(candidate);
    if (taken.has(key)) continue;
    taken.add(key);
    nextCount.set(folded, count + 1);
    return candidate;
  }
}

/** Numbers by value, everything else as text. */
export function compareIds(a: string, b: string): number {
  if (/^\d+$/.test(a) && /^\d+$/.test(b)) {
    const [short, long] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
    return short.length - long.length || compareText(short, long) || compareText(a, b);
  }
  return compareText(a, b);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
