import { takeName } from '../local/names-apart.ts';
import { uniquePartName } from '../local/own-names.ts';
import { foldName, safeName } from '../local/safe-name.ts';
import type { TargetDirectory } from '../local/target-directory.ts';

/** Where one entry is unpacked to. */
export interface UnpackPlace {
  readonly localPath: string;
  readonly partPath: string;
  readonly finalPath: string;
  readonly shownPath: string;
}

interface LocalDirectory {
  readonly path: string;
  /** By folded name: directories by themselves, files as `null`. */
  readonly inside: Map<string, LocalDirectory | null>;
}

/**
 * Gives every entry of an archive a place below a directory.
 * - Absolute paths, `..`, drives and backslashes lead nowhere but below; two entries never get one place.
 */
export class UnpackTarget {
  readonly #target: TargetDirectory;
  readonly #root: LocalDirectory = { path: '', inside: new Map() };
  readonly #part = uniquePartName();

  constructor(target: TargetDirectory) {
    this.#target = target;
  }

  async placeFile(entryPath: string): Promise<UnpackPlace> {
    const segments = segmentsOf(entryPath);
    const parent = this.#directory(segments.slice(0, -1));
    const name = take(parent, segments.at(-1) ?? '_');
    const localPath = join(parent, name);
    parent.inside.set(foldName(name), null);
    if (parent.path !== '') await this.#target.makeDirectory(parent.path);
    return { localPath, partPath: this.#target.resolve(this.#part), finalPath: this.#target.resolve(localPath), shownPath: localPath };
  }

  async makeDirectory(entryPath: string): Promise<void> {
    const { path } = this.#directory(segmentsOf(entryPath));
    if (path !== '') await this.#target.makeDirectory(path);
  }

  #directory(segments: readonly string[]): LocalDirectory {
    let directory = this.#root;
    for (const segment of segments) {
      const known = directory.inside.get(foldName(safeName(segment)));
      if (known !== undefined && known !== null) {
        directory = known;
        continue;
      }
      const name = take(directory, segment);
      const inner: LocalDirectory = { path: join(directory, name), inside: new Map() };
      directory.inside.set(foldName(name), inner);
      directory = inner;
    }
    return directory;
  }
}

function take(directory: LocalDirectory, name: string): string {
  const safe = safeName(name);
  if (!directory.inside.has(foldName(safe))) return safe;
  return takeName(name, { has: (folded) => directory.inside.has(folded), add: () => undefined });
}

function join(directory: LocalDirectory, name: string): string {
  return directory.path === '' ? name : `${directory.path}/${name}`;
}

function segmentsOf(path: string): string[] {
  return path.split(/[/\\]/).filter((segment) => segment !== '' && segment !== '.');
}
