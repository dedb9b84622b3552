import { mkdirSync } from 'node:fs';
import { sep } from 'node:path';
import type { FileSourceError } from '@filesource/core';
import { takeName } from '../local/names-apart.ts';
import { foldName, safeName } from '../local/safe-name.ts';
import type { TargetDirectory } from '../local/target-directory.ts';
import { endsTransfer, targetError } from '../local/target-error.ts';
import type { LimitGuard } from './limits.ts';

/** Where one entry is unpacked to. */
export interface UnpackPlace {
  /** Below the directory, with `/`. */
  readonly localPath: string;
  /** The same on this machine. */
  readonly fullPath: string;
}

interface LocalDirectory extends UnpackPlace {
  /** By folded name: directories by themselves, files as `null`. */
  readonly inside: Map<string, LocalDirectory | null>;
  /** By the name in the archive: what is in one directory there stays together, whatever had to make way for what. */
  readonly byName: Map<string, LocalDirectory>;
  /** By folded name: the count that the next entry of that name gets. */
  readonly nextCount: Map<string, number>;
  /** Why it could not be made. */
  readonly error?: FileSourceError;
}

/**
 * Gives every entry of an archive a place in a directory that is new, and that nobody looks into before everything is read.
 * - Absolute paths, `..`, drives and backslashes lead nowhere but below; two entries never get one place.
 * - What is unpacked is moved to where it belongs with {@link publish}.
 */
export class UnpackTarget {
  readonly #root: LocalDirectory;
  readonly #guard: Pick<LimitGuard, 'addDirectory'>;
  readonly #made: string[] = [];
  /** Where the entry before stood: most stand beside it. */
  #beside: { readonly head: string; readonly parent: LocalDirectory } | undefined;

  constructor(directory: TargetDirectory, guard: Pick<LimitGuard, 'addDirectory'>) {
    this.#guard = guard;
    this.#root = localDirectory({ localPath: '', fullPath: directory.path });
  }

  /** The directories that were made, by their local paths. */
  get directories(): readonly string[] {
    return this.#made;
  }

  /** Takes a name and makes its directory; which of two entries gets a name depends on their order alone. Throws `target-failed`, and `too-large` past a ceiling. */
  placeFile(entryPath: string): UnpackPlace {
    const { parent, last } = this.#parentOf(entryPath);
    if (parent.error !== undefined) throw parent.error;
    const { name, folded } = freeName(parent, last);
    parent.inside.set(folded, null);
    return placeIn(parent, name);
  }

  /** A directory that cannot be made is the error of what is in it. */
  makeDirectory(entryPath: string): void {
    this.#directory(segmentsOf(entryPath));
  }

  #parentOf(entryPath: string): { readonly parent: LocalDirectory; readonly last: string } {
    const start = entryPath.lastIndexOf('/') + 1;
    const last = entryPath.slice(start);
    const isPlain = last !== '' && last !== '.' && !last.includes('\\');
    const head = entryPath.slice(0, start);
    if (isPlain && this.#beside?.head === head) return { parent: this.#beside.parent, last };
    const segments = segmentsOf(entryPath);
    const parent = this.#directory(segments.slice(0, -1));
    if (isPlain) this.#beside = { head, parent };
    return { parent, last: segments.at(-1) ?? '_' };
  }

  #directory(segments: readonly string[]): LocalDirectory {
    let directory = this.#root;
    for (const segment of segments) {
      const inner = directory.byName.get(segment) ?? this.#directoryIn(directory, segment);
      directory.byName.set(segment, inner);
      directory = inner;
      // Nothing is below one that could not be made, however many segments follow.
      if (inner.error !== undefined) break;
    }
    return directory;
  }

  /** The one of that name, or a new one. */
  #directoryIn(parent: LocalDirectory, segment: string): LocalDirectory {
    const known = parent.inside.get(foldName(safeName(segment)));
    if (known !== undefined && known !== null) return known;
    this.#guard.addDirectory();
    const { name, folded } = freeName(parent, segment);
    const place = placeIn(parent, name);
    const error = errorOfMaking(place);
    const directory = localDirectory(place, error);
    parent.inside.set(folded, directory);
    if (error === undefined) this.#made.push(place.localPath);
    return directory;
  }
}

function localDirectory(place: UnpackPlace, error?: FileSourceError): LocalDirectory {
  return { ...place, inside: new Map(), byName: new Map(), nextCount: new Map(), ...(error === undefined ? {} : { error }) };
}

function errorOfMaking({ localPath, fullPath }: UnpackPlace): FileSourceError | undefined {
  try {
    mkdirSync(fullPath);
    return undefined;
  } catch (thrown) {
    const error = targetError(thrown, localPath);
    if (endsTransfer(error)) throw error;
    return error;
  }
}

function placeIn(parent: LocalDirectory, name: string): UnpackPlace {
  return { localPath: parent.localPath === '' ? name : `${parent.localPath}/${name}`, fullPath: `${parent.fullPath}${sep}${name}` };
}

function freeName({ inside, nextCount }: LocalDirectory, name: string): { readonly name: string; readonly folded: string } {
  const safe = safeName(name);
  const folded = foldName(safe);
  if (!inside.has(folded)) return { name: safe, folded };
  const free = takeName(name, { has: (candidate) => inside.has(candidate), add: () => undefined }, nextCount);
  return { name: free, folded: foldName(free) };
}

/** The place of an entry that is alone. */
export function localPathOf(entryPath: string): string {
  return segmentsOf(entryPath).map((segment) => safeName(segment)).join('/') || '_';
}

function segmentsOf(path: string): string[] {
  return path.split(/[/\\]/).filter((segment) => segment !== '' && segment !== '.');
}
