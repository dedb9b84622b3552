const mostBytes = 255;
const longestEnding = 32;

/** A name with a suffix before its ending, and what stands before these cut so that all of it has the 255 bytes of UTF-8 that a file system takes. */
export function fitName(name: string, suffix = ''): string {
  const dot = name.lastIndexOf('.');
  const hasEnding = dot > 0 && Buffer.byteLength(name.slice(dot)) <= longestEnding;
  const stem = hasEnding ? name.slice(0, dot) : name;
  const ending = hasEnding ? name.slice(dot) : '';
  return `${cutToBytes(stem, mostBytes - Buffer.byteLength(suffix + ending))}${suffix}${ending}`;
}

function cutToBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text;
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > most) break;
    end += character.length;
  }
  return text.slice(0, end);
}
