import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWorld, type CliResult, type World } from './harness.ts';
import { commandNames, leaksIn, linesOf, type Line } from './secret-sweep.ts';

const loudest = ['--verbose'];
/** Both levels of detail once; what is said at the highest one holds what is said without. */
const worlds = [
  ['DocSpace with an API key', 'docspace', [[], loudest]],
  ['Workspace with a user and a password', 'workspace', [loudest]],
] as const;

it('every command of the program has a line in the sweep', async () => {
  const names = await commandNames();
  expect(names.length).toBeGreaterThan(15);
  const swept = linesOf('docspace').map(({ args }) => args.join(' '));
  expect(names.filter((name) => !swept.some((args) => args === name || args.startsWith(`${name} `)))).toEqual([]);
});

describe.each(worlds)('no credential and no signed link, %s, its files on another host', (_title, generation, details) => {
  let world: World;
  let ready: Readonly<Record<string, string>>;
  beforeAll(async () => {
    world = await startWorld({ generation, storage: 'presigned', operationDurationMs: 50 });
    const docx = world.onlyOffice.store.allFiles().find(({ title, folderId }) => title.endsWith('.docx') && folderId === 101);
    ready = { DOCX: `documents:101/${docx?.id}`, ID: String(docx?.id), BASE: world.onlyOffice.baseUrl };
    const pulled = await world.run(['pull', 'appointments:247', '--to', 'ready', '--receipt', 'ready.json']);
    const kept = await world.run(['archive', 'documents:101', '--to', 'kept.zip', '--receipt', 'kept.json']);
    expect([pulled, kept].map(({ status, stderr }) => [status, stderr])).toEqual([[0, expect.stringContaining('complete')], [0, expect.stringContaining('complete')]]);
  });
  afterAll(() => world.close());

  const expectNoLeak = (title: string, text: string): void => expect({ title, leaks: leaksIn(text, world.secrets) }).toEqual({ title, leaks: [] });

  /** A token of an operation that was really started: it still runs, or has ended. */
  async function token(isHeld: boolean): Promise<string> {
    const { operations } = world.onlyOffice;
    // What an earlier line started may still run for a moment: it ends now, or it would be held and be in the way.
    operations.hold();
    operations.release();
    operations.hold();
    const { stdout } = await world.run(['archive', 'documents:101', '--detach']);
    if (!isHeld) operations.release();
    expect(stdout).toMatch(/^fsop_/);
    return stdout.trim();
  }

  async function runLine({ args, drive }: Line, detail: readonly string[]): Promise<CliResult> {
    const filled: string[] = [];
    for (const arg of args) filled.push(arg === 'RUNNING' ? await token(true) : arg === 'ENDED' ? await token(false) : arg.replace(/DOCX|ID|BASE/, (name) => ready[name] ?? name));
    const result = await world.run([...detail, ...filled], drive?.());
    world.onlyOffice.operations.release();
    return result;
  }

  it.each(linesOf(generation).map((line) => [line.args.join(' '), line] as const))('in the output of %s, at any level of detail', async (title, line) => {
    for (const detail of details) {
      const result = await runLine(line, detail);
      expect({ title, status: result.status, stderr: result.stderr }).toEqual({ title, status: line.status ?? 0, stderr: expect.any(String) });
      expectNoLeak(title, result.stderr);
      expectNoLeak(title, line.shown === undefined ? result.stdout : line.shown(result.stdout));
    }
  });

  it('when the credentials are wrong', async () => {
    for (const ref of ['contacts:1237', 'documents:@my']) {
      const env = { ONOFFICE_SECRET: 'wrong-secret-value-0123456789', ONLYOFFICE_API_KEY: 'sk-wrongwrongwrong0123456789', ONLYOFFICE_PASSWORD: 'wrong-secret-value-0123456789' };
      const result = await world.run(['--verbose', 'list', ref, '--json'], { env });
      expect(result.status).toBe(1);
      expect(result.stdout + result.stderr).not.toMatch(/wrong-secret-value|wrongwrongwrong/);
      expectNoLeak(ref, result.stdout + result.stderr);
    }
  });

  it('in any file that a command wrote, the journal of a pull that was killed included', async () => {
    const killed = await world.run(['pull', 'contacts:1240', 'appointments:248', 'documents:104', '--to', 'killed', '--json'], {
      onStart: (child) => child.stdout?.on('data', (chunk: Buffer) => void (chunk.includes('file-done') && child.kill('SIGKILL'))),
    });
    expect(killed.status).toBeNull();
    // What "filesource sandbox" writes holds credentials of its own, which open nothing else.
    const written = (await readdir(world.directory, { recursive: true })).filter((name) => (/\.(json|yaml)$/.test(name) || name.includes('.filesource-')) && name !== 'sandbox.yaml');
    expect(written).toEqual(expect.arrayContaining(['killed/.filesource-journal', 'pulled.json', 'archived.json', 'kept.json', 'init.yaml']));
    for (const name of written) expectNoLeak(name, await readFile(world.path(name), 'latin1'));
  });

  it('although there were some: the servers gave out signatures, and session tokens to a user', () => {
    expect(world.onlyOffice.requests.some(({ url }) => url.includes('X-Amz-Signature='))).toBe(true);
    const given = world.onlyOffice.issuedSecrets;
    expect(given.some((secret) => /^[0-9a-f]{64}$/.test(secret))).toBe(true);
    expect(given.some((secret) => /^[\w+/]{128}$/.test(secret))).toBe(generation === 'workspace');
  });
});

it('no credential is told of a config that is wrong and holds them in the clear', async () => {
  const world = await startWorld();
  try {
    const config = await world.writeConfig('clear.yaml', 'sources:\n  contacts:\n    provider: onoffice-address\n    token: clear-token-value-1\n    secret: [clear-secret-value-2]\n    tokn: clear-token-value-3\n  x: "clear-secret-value-4\n');
    const wrong = await world.writeConfig('clear2.yaml', 'sources:\n  contacts:\n    provider: onoffice-address\n    token: clear-token-value-1\n    secret: [clear-secret-value-2]\n    tokn: clear-token-value-3\n');
    for (const argv of [['config', 'check', '--config', config], ['--verbose', 'config', 'check', '--config', wrong]]) {
      const result = await world.run(argv);
      expect(result.status).toBe(2);
      expect(result.stdout + result.stderr).not.toMatch(/clear-(token|secret)-value/);
    }
  } finally {
    await world.close();
  }
});
