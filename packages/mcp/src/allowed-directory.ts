import { lstat, readdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FileSourceError } from '@filesource/core';

export interface PlaceOptions {
  readonly kind: 'file' | 'directory';
  /** Take a file that is there, or a directory that is not empty. */
  readonly overwrite: boolean;
}

/** A place below the allowed directory that one transfer writes to. */
export interface Place {
  readonly path: string;
  /** Below the allowed directory, with `/`. */
  readonly shown: string;
  release(): void;
}

/**
 * The one directory that a client may have files written to.
 * - Places are relative, with `/`; `..`, absolute paths, drives and backslashes are refused, and so is everything behind a symbolic link.
 * - What is there is kept unless `overwrite` is given, and no two transfers of this server get one place.
 */
export class AllowedDirectory {
  readonly path: string;
  readonly #taken = new Set<string>();

  private constructor(path: string) {
    this.path = path;
  }

  /** Throws `invalid-argument` for what is not a directory. */
  static async open(directory: string): Promise<AllowedDirectory> {
    const path = await realpath(resolve(directory)).catch(() => undefined);
    if (path !== undefined && (await lstat(path)).isDirectory()) return new AllowedDirectory(path);
    throw new FileSourceError('invalid-argument', `${JSON.stringify(directory)} is no directory, so nothing can be written to it`, { advice: 'Make the directory, or name another one.' });
  }

  /** Throws `invalid-argument` for a place that is not allowed, `conflict` for one that is taken. */
  async reserve(to: string, options: PlaceOptions): Promise<Place> {
    const segments = segmentsOf(to);
    const shown = segments.join('/');
    const path = join(this.path, ...segments);
    await this.#check(segments, shown, options);
    const key = shown.normalize('NFC').toLowerCase();
    const inUse = [...this.#taken].some((taken) => taken === key || taken.startsWith(`${key}/`) || key.startsWith(`${taken}/`));
    if (inUse) throw new FileSourceError('conflict', `another transfer of this server writes to ${JSON.stringify(shown)}`, { advice: 'Wait for it, or choose another place.' });
    this.#taken.add(key);
    return { path, shown, release: () => void this.#taken.delete(key) };
  }

  async #check(segments: readonly string[], shown: string, { kind, overwrite }: PlaceOptions): Promise<void> {
    let current = this.path;
    for (const [index, segment] of segments.entries()) {
      current = join(current, segment);
      const found = await lstat(current).catch(() => undefined);
      if (found === undefined) return;
      if (found.isSymbolicLink()) throw refused(shown, 'a symbolic link is on the way');
      const isDirectory = index < segments.length - 1 || kind === 'directory';
      if (isDirectory ? !found.isDirectory() : !found.isFile()) throw refused(shown, isDirectory ? 'something that is no directory is in the way' : 'something that is no file is in the way');
    }
    if (overwrite || (kind === 'directory' && (await readdir(current)).length === 0)) return;
    const message = kind === 'file' ? `${JSON.stringify(shown)} is there already` : `${JSON.stringify(shown)} is there already, and not empty`;
    throw new FileSourceError('conflict', message, { advice: 'Choose another place, or ask with overwrite: true when what is there may go.' });
  }
}

function segmentsOf(to: string): readonly string[] {
  const segments = to.split('/');
  if (/[\\\p{Cc}]/u.test(to) || /^[A-Za-z]:/.test(to)) throw refused(to, 'it has a backslash, a drive or a control character');
  if (to.startsWith('/')) throw refused(to, 'it is absolute');
  for (const segment of segments) {
    if (segment === '' || segment === '.' || segment === '..') throw refused(to, 'every part of it needs a name, and ".." is none');
    if (Buffer.byteLength(segment) > 255) throw refused(to, 'a part of it is too long');
    if (segment.toLowerCase().startsWith('.filesource-')) throw refused(to, 'names that start with .filesource- are filesource\'s own');
  }
  return segments;
}

function refused(to: string, why: string): FileSourceError {
  return new FileSourceError('invalid-argument', `nothing is written to ${JSON.stringify(to.slice(0, 200))}: ${why}`, {
    advice: 'Name a place inside the allowed directory, such as report.pdf or contracts/2026.',
  });
}
