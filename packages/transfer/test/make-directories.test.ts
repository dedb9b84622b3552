import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeDirectories } from '../src/local/make-directories.ts';

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'filesource-directories-'));
});
afterEach(() => rm(base, { recursive: true }));

describe('making directories', () => {
  it('makes those above too, and is content with what is there', async () => {
    const deep = join(base, 'a', 'b', 'c');
    await makeDirectories(deep);
    await makeDirectories(deep);
    expect((await stat(deep)).isDirectory()).toBe(true);
  });

  it('fails where a file is in the way', async () => {
    await writeFile(join(base, 'file'), '');
    await expect(makeDirectories(join(base, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeDirectories(join(base, 'file', 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it('fails, and does not try for ever, where an existing directory says ENOENT', async () => {
    if (process.platform !== 'linux') return;
    await expect(makeDirectories('/proc/nope/below')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
