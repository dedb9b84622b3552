import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFolder, runProgram, type Folder } from './run-program.ts';

const example = fileURLToPath(new URL('../third-party-adapter', import.meta.url));
const repository = dirname(dirname(example));

let folder: Folder;
beforeEach(async () => {
  folder = await createFolder();
  // As `npm install` leaves it: the package with what it built, and what it needs beside it.
  const installed = join(folder.path, 'node_modules', '@acme', 'filesource-folder');
  await mkdir(installed, { recursive: true });
  await cp(join(example, 'filesource-folder', 'package.json'), join(installed, 'package.json'));
  await cp(join(example, 'filesource-folder', 'dist'), join(installed, 'dist'), { recursive: true });
  for (const name of ['@filesource/core', 'zod']) {
    await mkdir(dirname(join(folder.path, 'node_modules', name)), { recursive: true });
    await symlink(join(repository, 'node_modules', name), join(folder.path, 'node_modules', name));
  }
  await cp(join(example, 'filesource.yaml'), join(folder.path, 'filesource.yaml'));
  await mkdir(join(folder.path, 'plans', 'deep'), { recursive: true });
  await folder.write('plans/ground.txt', 'ground floor');
  await folder.write('plans/empty.txt', '');
  await folder.write('plans/deep/attic.txt', 'attic');
  await folder.write('outside.txt', 'not yours');
  await symlink('../outside.txt', join(folder.path, 'plans', 'link.txt'));
});
afterEach(() => folder.remove());

describe('a program that knows no adapter', () => {
  it('lists and copies a folder by the package that its config names', async () => {
    const { status, stdout, stderr } = await runProgram('third-party-adapter/program', folder.path);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.trim().split('\n');
    expect(lines.slice(0, 5)).toEqual(['reachability ok', 'credentials skipped', 'folder plans:deep deep', 'file plans:./empty.txt empty.txt', 'file plans:./ground.txt ground.txt']);
    expect(lines.at(-1)).toBe('complete 3 files');
    const ground = lines.find((line) => line.startsWith('ok ') && line.endsWith('/ground.txt'))?.slice(3) ?? '';
    expect(await readFile(join(folder.path, 'copy', ground), 'utf8')).toBe('ground floor');
  });

  it('is told what is wrong by the same checks as every source', async () => {
    const { stdout, stderr, status } = await runProgram('third-party-adapter/program', folder.path, { PLANS: 'nowhere' });
    expect(stdout).toContain('reachability failed');
    expect(status).not.toBe(0);
    expect(stderr).toContain('not-found');
  });
});
