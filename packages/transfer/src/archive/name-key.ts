/** Equal for names that an archive may spell alike: without what vendors replace or drop, and whatever the case. */
export function nameKey(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\\/:*?"<>|_\p{Cc}]/gu, '')
    .replace(/[. ]+$/, '')
    .trim();
}
