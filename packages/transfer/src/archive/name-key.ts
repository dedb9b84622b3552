/** Equal for names that an archive may spell alike: without what vendors replace or drop, and whatever the case. */
export function nameKey(name: string): string {
  const kept = name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\\/:*?"<>|_\p{Cc}]/gu, '');
  return withoutTrailingDots(kept).trim();
}

/** Dots and spaces; a regular expression would look at each dot of a long row again from every one before it. */
export function withoutTrailingDots(name: string): string {
  let end = name.length;
  while (end > 0 && (name[end - 1] === '.' || name[end - 1] === ' ')) end -= 1;
  return name.slice(0, end);
}
