import other from 'mime/types/other.js';
import standard from 'mime/types/standard.js';

const tables: readonly Readonly<Record<string, readonly string[]>>[] = [standard, other];
const mostKnown = 500;
const typesByEnding = new Map<string, string | null>();
/** A folder has few kinds of files: an index pays only after so many. */
const searchesBeforeIndex = 16;
let searches = 0;
let index: ReadonlyMap<string, string> | undefined;

/** The media type that a file name suggests, for vendors that tell none; `null` when the ending says nothing. */
export function mediaTypeOf(name: string): string | null {
  const dot = name.lastIndexOf('.');
  // What stands before a slash counts where there is one.
  if (dot === -1 || name.includes('/') || name.includes('\\')) return lookUp(name);
  const ending = name.slice(dot + 1);
  const known = typesByEnding.get(ending);
  if (known !== undefined) return known;
  const type = lookUp(name);
  if (typesByEnding.size >= mostKnown) typesByEnding.clear();
  typesByEnding.set(ending, type);
  return type;
}

/** As `getType` of mime, whose own index takes ten times as long to make, at every start. */
function lookUp(path: string): string | null {
  const name = path.replace(/^.*[/\\]/s, '').toLowerCase();
  const ending = name.replace(/^.*\./s, '');
  const hasDot = ending.length < name.length - 1;
  if (!hasDot && name.length < path.length) return null;
  // A star marks an ending that is rather another type's.
  if (ending.startsWith('*')) return null;
  searches += 1;
  if (searches <= searchesBeforeIndex) return search(ending);
  index ??= makeIndex();
  return index.get(ending) ?? null;
}

/** Endings are told by one type only, the starred ones left out. */
function search(wanted: string): string | null {
  for (const types of tables) for (const type in types) if (types[type]?.includes(wanted) === true) return type;
  return null;
}

function makeIndex(): ReadonlyMap<string, string> {
  const made = new Map<string, string>();
  for (const types of tables) for (const type in types) for (const ending of types[type] ?? []) made.set(ending, type);
  return made;
}
