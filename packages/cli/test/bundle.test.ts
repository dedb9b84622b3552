import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const cli = fileURLToPath(new URL('..', import.meta.url));
const root = join(cli, '../..');
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'filesource-bundle-'));
  await writeFile(join(folder, 'filesource.yaml'), 'sources:\n  documents:\n    provider: onlyoffice\n    baseUrl: http://127.0.0.1:9\n    apiKey: sk-0123456789\n    maxAttempts: 1\n');
});
afterAll(() => rm(folder, { recursive: true }));

/** `npm run build`, `npm run demo` and `npm test` make the bundle, which is what `bin` starts. */
function run(program: 'bin/filesource.js' | 'dist/main.js', args: readonly string[], cwd = folder, flags: readonly string[] = []): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, join(cli, program), ...args], { cwd, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the bundle of the command line', () => {
  test.each([
    ['--version'], ['--help'], ['sources', '--json'], ['config', 'check'], ['config', 'schema'], ['list', 'documents:@my', '--json'], ['mcp', '--help'], ['sandbox', '--fault', 'none'], ['nonsense'], ['pull', 'documents:1', '--to', 'files'],
    ['archive', 'documents:1', '--to', 'all.zip'], ['verify', 'nothing.json'], ['init', '--yes', '--provider', 'none'],
  ])('does what the build does, first and when its code is kept: %s %s', (...args) => {
    const built = run('dist/main.js', args);
    expect([run('bin/filesource.js', args), run('bin/filesource.js', args)]).toEqual([built, built]);
  });

  test('loads of Node what a run needs: without https no TLS, and for a listing no promises of files', async () => {
    const [watch, seen] = [join(folder, 'watch.cjs'), join(folder, 'seen.json')];
    await writeFile(watch, `process.once('exit', () => require('node:fs').writeFileSync(${JSON.stringify(seen)}, JSON.stringify(process.moduleLoadList)));`);
    run('bin/filesource.js', ['list', 'documents:@my'], folder, ['--require', watch]);
    const loaded = JSON.parse(await readFile(seen, 'utf8')) as readonly string[];
    expect(loaded).toContain('NativeModule http');
    for (const name of ['tls', 'https', 'zlib', 'fs/promises', 'worker_threads']) expect(loaded).not.toContain(`NativeModule ${name}`);
  });

  test('knows its own package, and what Node it needs', () => {
    const findings = run('bin/filesource.js', ['doctor', '--json']).stdout.trim().split('\n').map((line) => JSON.parse(line) as { readonly check: string; readonly status: string });
    expect(findings.find(({ check }) => check === 'node')).toMatchObject({ status: 'ok' });
  });
});

describe('an adapter of others, which brings its own core and zod', () => {
  let place = '';
  beforeAll(async () => {
    place = join(folder, 'third-party');
    const installed = join(place, 'node_modules/@acme/filesource-folder');
    await mkdir(installed, { recursive: true });
    await cp(join(root, 'examples/third-party-adapter/filesource-folder'), installed, { recursive: true });
    await cp(join(root, 'examples/third-party-adapter/filesource.yaml'), join(place, 'filesource.yaml'));
    await symlink(join(root, 'node_modules/@filesource'), join(place, 'node_modules/@filesource'));
    await symlink(join(root, 'node_modules/zod'), join(place, 'node_modules/zod'));
    await mkdir(join(place, 'plans'));
    await writeFile(join(place, 'plans/ground.txt'), 'ground');
    await writeFile(join(place, 'wrong.yaml'), "adapters: ['@acme/filesource-folder']\nsources:\n  plans:\n    provider: folder\n    rot: plans\n");
  });

  test.each([
    ['list', 'plans:.'], ['get', 'plans:./ground.txt'], ['stat', 'plans:./missing.txt', '--json'], ['list', 'plans:../..'], ['sources', '--json'], ['config', 'check'], ['list', 'plans:.', '--config', 'wrong.yaml'],
  ])('is used, and its errors told, as by the build: %s %s', (...args) => {
    const built = run('dist/main.js', args, place);
    expect(run('bin/filesource.js', args, place)).toEqual(built);
    expect(built.stdout + built.stderr).not.toBe('');
  });
});
