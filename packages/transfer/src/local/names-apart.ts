import { foldName, safeName } from './safe-name.ts';

/**
 * Local names for entries that stand in one directory: no two of them the same on any file system.
 * - Does not depend on the order of the entries: of two that would get one name, the one with the lower id keeps it.
 * - A name that only one entry has is never taken by the suffix of another.
 */
export function nameApart<T>(entries: readonly T[], of: (entry: T) => { readonly id: string; readonly name: string }): Map<T, string> {
  const sorted = entries.map((entry) => ({ entry, ...of(entry) })).sort((a, b) => compareIds(a.id, b.id) || compareText(a.name, b.name));
  const taken = new Set<string>();
  const names = new Map<T, string>();
  const later: typeof sorted = [];
  for (const item of sorted) {
    const name = safeName(item.name);
    const folded = foldName(name);
    if (taken.has(folded)) {
      later.push(item);
      continue;
    }
    taken.add(folded);
    names.set(item.entry, name);
  }
  const nextCount = new Map<string, number>();
  for (const { entry, name } of later) names.set(entry, takeName(name, taken, nextCount));
  return names;
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
