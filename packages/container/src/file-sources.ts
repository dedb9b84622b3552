import { FileSourceError, type FileSource } from '@filesource/core';
import { didYouMean } from './config/nearest.ts';

/** The sources of a config by name. */
export interface FileSources extends AsyncDisposable {
  readonly names: readonly string[];
  has(name: string): boolean;
  /** Throws `invalid-argument`, naming the sources there are, for any other name. */
  get(name: string): FileSource;
  all(): readonly FileSource[];
  /** Closes every source and the connections. Calling it again does nothing more. */
  close(): Promise<void>;
}

export function createFileSourcesOf(sources: readonly FileSource[], closeConnections: () => void): FileSources {
  const byName = new Map(sources.map((source) => [source.name, source]));
  const names = [...byName.keys()];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeAll(sources).finally(closeConnections));
  return {
    names,
    has: (name) => byName.has(name),
    get(name) {
      const source = byName.get(name);
      if (source !== undefined) return source;
      if (typeof name !== 'string') throw new FileSourceError('invalid-argument', 'a source is asked for by its name, a text', { advice: `The config has: ${names.join(', ')}.` });
      throw new FileSourceError('invalid-argument', `there is no source ${quoted(name)}${didYouMean(name, names)}`, { advice: `The config has: ${names.join(', ')}.` });
    },
    all: () => [...sources],
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A name that is none may be anything. */
function quoted(name: string): string {
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
}

async function closeAll(sources: readonly FileSource[]): Promise<void> {
  const ended = await Promise.allSettled(sources.map(async (source) => source.close()));
  const failed = ended.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
