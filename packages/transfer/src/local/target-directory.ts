import type { Stats } from 'node:fs';
import { lstat, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { FileSourceError } from '@filesource/core';
import { makeDirectories } from './make-directories.ts';
import { uniquePartName } from './own-names.ts';
import { syncDirectory } from './sync-directory.ts';
import { codeOf, refusedLink, replacedDirectory, targetError } from './target-error.ts';

/** One that is empty, or leads nowhere or up. */
const oddSegment = /(?:^|\/)\.{0,2}(?:\/|$)/;

type Identity = Pick<Stats, 'dev' | 'ino' | 'birthtimeMs'>;

/**
 * A directory that a transfer writes below, and never out of.
 * - A symbolic link below it is refused where it stands in for a directory.
 */
export class TargetDirectory {
  readonly path: string;
  readonly #made = new Map<string, Promise<Identity>>();

  private constructor(path: string) {
    this.path = path;
  }

  /** Creates the directory and tries to write into it; throws `target-failed`, and `invalid-argument` for no path: an empty one would be where the process happens to run. */
  static async prepare(directory: string): Promise<TargetDirectory> {
    if (typeof directory !== 'string' || directory === '') throw new FileSourceError('invalid-argument', 'the directory of a transfer is a path that is not empty', { advice: 'Name the directory; . is the working directory.' });
    const path = resolve(directory);
    try {
      await makeDirectories(path);
      const real = await realpath(path);
      const probe = join(real, uniquePartName());
      await writeFile(probe, '', { flag: 'wx' });
      await rm(probe, { force: true });
      return new TargetDirectory(real);
    } catch (error) {
      throw targetError(error, directory);
    }
  }

  /** One that nobody had before, in a directory that is there; throws `target-failed`. */
  static async create(path: string): Promise<TargetDirectory> {
    try {
      await mkdir(path);
      return new TargetDirectory(path);
    } catch (error) {
      throw targetError(error, path);
    }
  }

  /** One that is there already, to be read; throws `target-failed`. */
  static async existing(directory: string): Promise<TargetDirectory> {
    try {
      return new TargetDirectory(await realpath(resolve(directory)));
    } catch (error) {
      throw targetError(error, directory);
    }
  }

  /** Where a path with `/` is on this machine. */
  resolve(path: string): string {
    if (sep === '/' && this.path !== sep && !oddSegment.test(path)) return `${this.path}/${path}`;
    const full = join(this.path, ...path.split('/'));
    const inside = relative(this.path, full);
    if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) throw refusedLink(path);
    return full;
  }

  /** Makes the directories above a path with `/`, none of them through a link. */
  makeParents(path: string): Promise<unknown> {
    const slash = path.lastIndexOf('/');
    return slash > 0 ? this.makeDirectory(path.slice(0, slash)) : Promise.resolve();
  }

  /**
   * Forces the names of everything in it to the disk; before a receipt says that all of it is there.
   * - Throws `target-failed` where a directory has gone meanwhile, or something else stands in its place: what was written then is elsewhere.
   * - Some file systems number a directory anew, or copy it when it is first written to: one that looks like another one is none if `isAllIn`
   *   finds there what was written.
   */
  async sync(isAllIn: (directory: string) => Promise<boolean>): Promise<void> {
    for (const [path, made] of [...this.#made].reverse()) {
      const before = await made.catch(() => undefined);
      if (before === undefined) continue;
      if (!isSame(before, await this.#lookAt(path)) && !(await isAllIn(path))) throw replacedDirectory(path);
      await syncDirectory(this.resolve(path));
    }
    await syncDirectory(this.path);
  }

  /** Makes a directory once; those above it first. */
  makeDirectory(path: string): Promise<unknown> {
    const known = this.#made.get(path);
    if (known !== undefined) return known;
    const made = this.#make(path);
    this.#made.set(path, made);
    return made;
  }

  /** Throws `target-failed` for what is no directory, or a link to one. */
  async checkDirectory(path: string): Promise<void> {
    await this.#lookAt(path);
  }

  async #make(path: string): Promise<Identity> {
    await this.makeParents(path);
    try {
      await mkdir(this.resolve(path));
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw targetError(error, path);
    }
    const { dev, ino, birthtimeMs } = await this.#lookAt(path);
    return { dev, ino, birthtimeMs };
  }

  async #lookAt(path: string): Promise<Stats> {
    const found = await lstat(this.resolve(path)).catch((missing: unknown) => {
      throw targetError(missing, path);
    });
    if (found.isSymbolicLink()) throw refusedLink(path);
    if (!found.isDirectory()) throw targetError(Object.assign(new Error('it is no directory'), { code: 'EEXIST' }), path);
    return found;
  }
}

/** A number comes again once its directory is gone. Where a system has no time of birth, it tells that of the last change. */
function isSame(before: Identity, now: Stats): boolean {
  return before.dev === now.dev && before.ino === now.ino && (before.birthtimeMs === now.birthtimeMs || now.birthtimeMs === now.ctimeMs);
}
