/** Whether a name has every word of the query in it; capitals and accents do not count, `ss` finds `ß`. */
export function nameMatcher(query: string): (name: string) => boolean {
  const words = plain(query).split(/\s+/).filter(Boolean);
  return (name) => {
    const text = plain(name);
    return words.every((word) => text.includes(word));
  };
}

function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss');
}
