import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const cli = fileURLToPath(new URL('..', import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'filesource-bundle-'));
  await writeFile(join(folder, 'filesource.yaml'), 'sources:\n  documents:\n    provider: onlyoffice\n    baseUrl: http://127.0.0.1:9\n    apiKey: sk-0123456789\n    maxAttempts: 1\n');
});
afterAll(() => rm(folder, { recursive: true }));

/** `npm run build`, `npm run demo` and `npm test` make the bundle. */
function run(program: 'bundle/main.mjs' | 'dist/main.js', args: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(cli, program), ...args], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the bundle of the command line', () => {
  test.each([['--version'], ['--help'], ['sources', '--json'], ['config', 'check'], ['config', 'schema'], ['list', 'documents:@my', '--json'], ['mcp', '--help'], ['nonsense']])('does what the build does: %s %s', (...args) => {
    expect(run('bundle/main.mjs', args)).toEqual(run('dist/main.js', args));
  });

  test('knows its own package, and what Node it needs', () => {
    const findings = run('bundle/main.mjs', ['doctor', '--json']).stdout.trim().split('\n').map((line) => JSON.parse(line) as { readonly check: string; readonly status: string });
    expect(findings.find(({ check }) => check === 'node')).toMatchObject({ status: 'ok' });
  });
});
