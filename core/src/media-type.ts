import mime from 'mime';

const mostKnown = 500;
const typesByEnding = new Map<string, string | null>();

/** The media type that a file name suggests, for vendors that tell none; `null` when the ending says nothing. */
export function mediaTypeOf(name: string): string | null {
  const dot = name.lastIndexOf('.');
  // What stands before a slash counts where there is one.
  if (dot === -1 || name.includes('/') || name.includes('\\')) return mime.getType(name);
  const ending = name.slice(dot + 1);
  const known = typesByEnding.get(ending);
  if (known !== undefined) return known;
  const type = mime.getType(name);
  if (typesByEnding.size >= mostKnown) typesByEnding.clear();
  typesByEnding.set(ending, type);
  return type;
}
