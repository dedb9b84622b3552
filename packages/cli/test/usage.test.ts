import { describe, expect, test } from '@jest/globals';
import { exitCodes, type ExitCode } from '../src/exit-codes.ts';
import { runCli } from '../src/run-cli.ts';
import { Capture } from './support/capture.ts';

async function run(...argv: string[]): Promise<{ readonly code: ExitCode; readonly out: string; readonly err: string }> {
  const [stdout, stderr] = [new Capture(), new Capture()];
  const code = await runCli({ argv, stdout, stderr, env: {}, cwd: '/', adapters: [] });
  return { code, out: stdout.text, err: stderr.text };
}

const commands = [['sources'], ['list'], ['stat'], ['get'], ['link'], ['pull'], ['archive'], ['config'], ['config', 'check'], ['config', 'schema'], ['serve'], ['sandbox']];

describe('usage', () => {
  test('--version is the version and nothing else', async () => {
    expect(await run('--version')).toEqual({ code: exitCodes.done, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' });
  });

  test.each(commands)('%s %s has help with examples and the options of every command', async (...command) => {
    const path = command.filter((word) => typeof word === 'string');
    const { code, out, err } = await run(...path, '--help');
    expect({ code, err }).toEqual({ code: exitCodes.done, err: '' });
    expect(out).toContain('Examples:\n  $ filesource ');
    expect(out).toContain('--config <file>');
    expect(out).toContain('--log-level <level>');
  });

  test('a command that is not there is told the nearest one, and one after global options is found', async () => {
    expect(await run('lits', 'contacts:1')).toMatchObject({ code: exitCodes.usage, err: expect.stringContaining('Did you mean list?') });
    expect(await run('--config', 'stat', 'list', '--help')).toMatchObject({ code: exitCodes.done, out: expect.stringContaining('filesource list') });
    expect((await run('help')).out).toMatch(/\n  list [\s\S]*\n  sandbox /);
  });

  test('the help names the exit statuses', async () => {
    expect((await run('--help')).out).toContain('0 done and complete, 1 failed, 2 bad usage or config, 3 finished but incomplete, 130 interrupted');
  });

  test.each([
    [[]],
    [['nonsense']],
    [['list']],
    [['list', 'a:1', 'b:2']],
    [['list', 'a:1', '--nonsense']],
    [['list', 'a:1', '--limit', '0']],
    [['list', 'a:1', '--limit', 'many']],
    [['pull', 'a:1']],
    [['pull', '--to', 'x']],
    [['pull', 'a:1', '--to', 'x', '--concurrency', '1.5']],
    [['archive', 'a:1', '--to', 'x', '--convert', '7']],
    [['sandbox', '--generation', 'other']],
    [['sandbox', '--port', '99999']],
    [['config', 'nonsense']],
    [['sources', '--log-level', 'loud']],
  ])('%j is bad usage: status 2 and a word on standard error', async (argv) => {
    const { code, out, err } = await run(...argv);
    expect({ code, out }).toEqual({ code: exitCodes.usage, out: '' });
    expect(err).not.toBe('');
  });

  test.each([
    [['archive', 'a:1']],
    [['archive', 'a:1', '--to', 'x', '--extract', 'y']],
  ])('%j is bad usage: one target is needed', async (argv) => {
    const { code, err } = await run(...argv);
    expect(code).toBe(exitCodes.usage);
    expect(err).toContain('either --to FILE or --extract DIR');
    expect(err).toContain('  → ');
  });

  test.each(['list', 'stat', 'get', 'link'])('%s of something that is no ref says how one is written', async (command) => {
    const { code, err } = await run(command, 'nonsense', ...(command === 'list' ? ['--json'] : []));
    expect(code).toBe(exitCodes.usage);
    expect(err).toContain('Write source:folder or source:folder/file');
    if (command === 'list') expect(JSON.parse(err.trim().split('\n').at(-1) ?? '')).toMatchObject({ error: { kind: 'invalid-argument' } });
  });
});
