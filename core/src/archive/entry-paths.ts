import { fitName } from './fit-name.ts';

/**
 * Gives every path of one archive a place of its own: the second `a.txt` becomes `a (1).txt`.
 * - Compares without case, so that the archive unpacks on every file system.
 * - A name that gets a count is cut as {@link fitName} does it.
 */
export function createPathSpreader(): (path: string) => string {
  const taken = new Set<string>();
  /** By path: the count that the next one gets; thousands may have one name. */
  const nextCount = new Map<string, number>();
  return (path) => {
    const key = path.toLowerCase();
    const nameAt = path.lastIndexOf('/') + 1;
    let candidate = path;
    let count = nextCount.get(key) ?? 1;
    for (; taken.has(candidate.toLowerCase()); count += 1) candidate = path.slice(0, nameAt) + fitName(path.slice(nameAt), ` (${count})`);
    nextCount.set(key, count);
    taken.add(candidate.toLowerCase());
    return candidate;
  };
}

/** A vendor's name as one harmless segment of an archive path, no longer than a file system takes: a ZIP has no room for any length either. */
export function safeSegment(name: string): string {
  const safe = fitName(name.replace(/[/\\:*?"<>|\p{Cc}\p{Surrogate}]/gu, '_').trim()).trim();
  return safe === '' || safe === '.' || safe === '..' ? '_' : safe;
}
