import type { FileSources } from '@filesource/container';
import { FileSourceError, formatRef, isFileRef, parseSourceRef, type FileRef, type FileSource, type Ref } from '@filesource/core';

/** Where the sources come from: what `createFileSources` gives, or anything like it. */
export type SourceStore = Pick<FileSources, 'names' | 'get'>;

/** A ref of one of the sources, resolved. */
interface Resolved<R extends Ref = Ref> {
  readonly source: FileSource;
  readonly ref: R;
  /** In the form that all answers use. */
  readonly text: string;
}

/** The sources of this server: fixed when it starts, whatever a client asks for. */
export interface SelectedSources {
  readonly names: readonly string[];
  all(): readonly FileSource[];
  /** Throws `invalid-argument` for any other name. */
  get(name: string): FileSource;
  /** Throws `invalid-argument` for what is no ref of these sources. */
  resolve(ref: string): Resolved;
  resolveFile(ref: string): Resolved<FileRef>;
}

/** All sources of a store, or those that `only` names; throws `invalid-argument` for a name that is none. */
export function selectSources(store: SourceStore, only: readonly string[] = []): SelectedSources {
  for (const name of only) if (!store.names.includes(name)) throw unknown(name, store.names);
  const names = only.length === 0 ? [...store.names] : [...new Set(only)];
  const get = (name: string): FileSource => {
    if (!names.includes(name)) throw unknown(name, names);
    return store.get(name);
  };
  const resolve = (text: string): Resolved => {
    const { source: name, folder, file } = parseSourceRef(text);
    const source = get(name);
    const ref = file === undefined ? { folder } : { folder, file };
    return { source, ref, text: formatRef(name, ref) };
  };
  return {
    names,
    all: () => names.map(get),
    get,
    resolve,
    resolveFile: (text) => {
      const { source, ref, text: formatted } = resolve(text);
      if (isFileRef(ref)) return { source, ref, text: formatted };
      throw new FileSourceError('invalid-argument', 'a file is needed, and this is a folder', { ref: formatted, advice: 'Write source:folder/file; list_folder shows the refs of files.' });
    },
  };
}

function unknown(name: string, names: readonly string[]): FileSourceError {
  return new FileSourceError('invalid-argument', `there is no source ${JSON.stringify(name)}`, { advice: `This server has: ${names.join(', ')}.` });
}
