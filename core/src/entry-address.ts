import type { Entry, SourceEntry } from './entry.ts';
import { createRefWriter } from './ref.ts';

/** Gives entries of one source their address as text. Field by field, since a spread takes twenty times as long, and a listing may be long. */
export function createEntryAddresser(source: string): (entry: Entry) => SourceEntry {
  const write = createRefWriter(source);
  return (entry) => {
    if (entry.kind === 'folder') {
      const { kind, id, name, modified, entryCount } = entry;
      return { kind, id, name, modified, entryCount, ref: write(id) };
    }
    const { kind, folder, id, name, size, mediaType, modified, validator } = entry;
    return { kind, folder, id, name, size, mediaType, modified, validator, ref: write(folder, id) };
  };
}
