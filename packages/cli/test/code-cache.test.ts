import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

const program = fileURLToPath(new URL('../bin/filesource.js', import.meta.url));
const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string };
let home = '';
let folder = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'filesource-code-'));
  folder = join(home, 'filesource/code');
});
afterEach(() => rm(home, { recursive: true }));

function run(args: readonly string[] = ['--version'], env: Readonly<Record<string, string>> = {}, flags: readonly string[] = []): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, program, ...args], { cwd: home, env: { PATH: process.env['PATH'], XDG_CACHE_HOME: home, ...env }, encoding: 'utf8' });
  return `${status} ${stdout}${stderr}`.trim();
}

const told = `0 ${version}`;

/** The one file in the folder. */
async function kept(): Promise<{ readonly path: string; readonly bytes: Buffer; readonly mode: number; readonly inode: number }> {
  const [name = '', ...others] = await readdir(folder);
  expect(others).toEqual([]);
  const path = join(folder, name);
  const { mode, ino } = await stat(path);
  return { path, bytes: await readFile(path), mode: mode & 0o777, inode: ino };
}

describe('compiled code of an earlier run', () => {
  test('is kept where nobody else can write, and used by the next run as it is', async () => {
    expect(run()).toBe(told);
    const first = await kept();
    expect([first.mode, (await stat(folder)).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(run()).toBe(told);
    expect((await kept()).inode).toBe(first.inode);
  });

  test.each([
    ['has a byte that changed', (bytes: Buffer) => bytes.fill(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1, (bytes.length >> 1) + 1)],
    ['was cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)],
    ['is empty', () => Buffer.alloc(0)],
    ['is something else', () => Buffer.from('x'.repeat(1000))],
  ])('is made anew when the file %s', async (_what, spoil) => {
    run();
    const { path, bytes, inode } = await kept();
    await writeFile(path, spoil(Buffer.from(bytes)));
    expect(run()).toBe(told);
    const again = await kept();
    expect(again.inode).not.toBe(inode);
    expect(again.bytes.length).toBeGreaterThan(bytes.length / 2);
  });

  test('is not taken from a file that others may write', async () => {
    run();
    const { path, inode } = await kept();
    await chmod(path, 0o622);
    expect(run()).toBe(told);
    expect(await kept()).toMatchObject({ mode: 0o600 });
    expect((await kept()).inode).not.toBe(inode);
  });

  test('is not taken from a link to a file', async () => {
    run();
    const { path } = await kept();
    await rename(path, join(home, 'elsewhere'));
    await symlink(join(home, 'elsewhere'), path);
    expect(run()).toBe(told);
    expect((await readdir(folder, { withFileTypes: true })).map((entry) => entry.isSymbolicLink())).toEqual([false]);
  });

  test('is neither read from nor written to a folder that others may write, or that is a link', async () => {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o777);
    expect(run()).toBe(told);
    expect(await readdir(folder)).toEqual([]);
    await rename(folder, join(home, 'elsewhere'));
    await chmod(join(home, 'elsewhere'), 0o700);
    await symlink(join(home, 'elsewhere'), folder);
    expect(run()).toBe(told);
    expect(await readdir(join(home, 'elsewhere'))).toEqual([]);
  });

  test('is not kept of a run that failed, without a cache folder, or against the wish of NODE_DISABLE_COMPILE_CACHE', async () => {
    expect(run(['nonsense'])).toMatch(/^2 /);
    expect(run(['--version'], { NODE_DISABLE_COMPILE_CACHE: '1' })).toBe(told);
    expect(run(['--version'], { XDG_CACHE_HOME: 'relative' })).toBe(told);
    expect(run(['--version'], { XDG_CACHE_HOME: join(program, 'no-folder') })).toBe(told);
    expect(await readdir(home)).toEqual([]);
  });

  test('is another file for another command, and for other flags of V8; the oldest files go', async () => {
    run();
    run(['config', 'schema']);
    run(['--version'], {}, ['--no-opt']);
    expect((await readdir(folder)).map((name) => name.replace(/-.*/, '')).sort()).toEqual(['config', 'other', 'other']);
    for (let index = 0; index < 30; index += 1) await writeFile(join(folder, `of-earlier-${index}`), '');
    run(['--help'], {}, ['--max-lazy']);
    expect(await readdir(folder)).toHaveLength(24);
  });

  test('leaves Node what it has compiled of its own modules, once there is nothing to keep', async () => {
    const told = join(home, 'told.cjs');
    await writeFile(told, "const { getCacheUsage } = require('internal/test/binding').internalBinding('builtins'); process.on('exit', () => process.stderr.write(`\\n${[...getCacheUsage().compiledWithoutCache]}`));");
    const flags = ['--no-warnings', '--expose-internals', '--require', told];
    const compiled = (): string => run(['--version'], {}, flags).split('\n').slice(1).join();
    expect(compiled()).toContain('net');
    expect(compiled()).toBe('');
  });
});
