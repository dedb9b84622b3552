import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startOnOfficeSandbox } from '@filesource/sandbox';
import { configText, jsonLines, startWorld, type World } from './harness.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const contactsConfig = (apiUrl: string, more = ''): string => `sources:\n  contacts:\n    provider: onoffice-address\n    apiUrl: ${apiUrl}\n    token: \${ONOFFICE_TOKEN}\n    secret: \${ONOFFICE_SECRET}\n${more}`;

describe('bad usage and a bad config end with 2 and a reason', () => {
  it.each([
    ['an unknown source', ['list', 'nobody:1'], /nobody[\s\S]*contacts/],
    ['a ref without a source', ['list', '1237'], /ref/],
    ['an address id that is not an id', ['list', 'contacts:abc'], /abc/],
    ['a file id that is not an id', ['stat', 'contacts:1237/x'], /x/],
    ['a portal folder that is not an id', ['list', 'documents:no way'], /documents/],
    ['an unknown section', ['list', 'documents:@nowhere'], /@nowhere/],
    ['a folder where a file is needed', ['get', 'contacts:1237'], /file/],
    ['an unknown command', ['fetch', 'contacts:1237'], /fetch/],
    ['an unknown option', ['list', 'contacts:1237', '--jsn'], /--jsn/],
    ['a limit that is no number', ['list', 'contacts:1237', '--limit', 'many'], /many/],
    ['pull without a target', ['pull', 'contacts:1237'], /--to/],
    ['an archive of two sources', ['archive', 'contacts:1237', 'documents:@my', '--to', 'x.zip'], /one source/i],
    ['a language that is none', ['link', 'contacts:1237', '--language', 'german'], /german/],
  ])('%s', async (_title, args, reason) => {
    const before = world.onOffice.requests.length + world.onlyOffice.requests.length;
    const { status, stdout, stderr } = await world.run(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(reason);
    expect(world.onOffice.requests.length + world.onlyOffice.requests.length).toBe(before);
  });

  it.each([
    ['a missing variable', 'sources:\n  contacts:\n    provider: onoffice-address\n    token: ${NOT_THERE}\n    secret: x\n', /NOT_THERE[\s\S]*sources\.contacts\.token|sources\.contacts\.token[\s\S]*NOT_THERE/],
    ['a broken YAML', 'sources:\n  contacts: [\n', /line|:\d+/i],
    ['an empty file', '', /sources/],
    ['an unknown provider', 'sources:\n  contacts:\n    provider: dropbox\n', /dropbox|onoffice-address/],
    ['no provider', 'sources:\n  contacts:\n    token: x\n', /sources\.contacts/],
    ['an unknown setting', 'sources:\n  contacts:\n    provider: onoffice-address\n    tokn: x\n    token: y\n    secret: z\n', /tokn/],
    ['a missing setting', 'sources:\n  contacts:\n    provider: onoffice-address\n    token: abcdefgh\n', /sources\.contacts\.secret/],
    ['a URL that is none', 'sources:\n  portal:\n    provider: onlyoffice\n    baseUrl: portal\n    apiKey: sk-x\n', /sources\.portal\.baseUrl/],
    ['no way to sign in', 'sources:\n  portal:\n    provider: onlyoffice\n    baseUrl: https://portal.example.com\n', /apiKey/],
  ])('%s in the config', async (_title, text, reason) => {
    const config = await world.writeConfig('bad.yaml', text);
    for (const args of [['config', 'check'], ['sources']]) {
      const { status, stderr } = await world.run([...args, '--config', config]);
      expect(status).toBe(2);
      expect(stderr).toMatch(reason);
    }
  });

  it('a config file that is not there', async () => {
    expect(await world.run(['sources', '--config', 'nowhere.yaml'])).toMatchObject({ status: 2, stderr: expect.stringContaining('nowhere.yaml') });
  });
});

describe('what the vendor refuses ends with 1 and the right kind', () => {
  afterEach(() => {
    Object.assign(world.onOffice.quirks, { httpStatus: false, htmlAnswer: false, halfJson: false, emptyBody: false, wrongResult: false });
    world.onlyOffice.quirks.httpStatus.length = 0;
  });

  async function kindOf(args: readonly string[], env: Record<string, string> = {}): Promise<unknown> {
    const isQuiet = args[0] === 'get';
    const { status, stdout, stderr } = await world.run(isQuiet ? args : [...args, '--json'], { env });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    if (isQuiet) return /\(([a-z-]+)\)/.exec(stderr)?.[1];
    return jsonLines(stderr).map((line) => line['kind'] ?? (line['error'] as Record<string, unknown> | undefined)?.['kind']).find((kind) => kind !== undefined);
  }

  it('a wrong token or secret', async () => {
    expect(await kindOf(['list', 'contacts:1237'], { ONOFFICE_TOKEN: 'f'.repeat(32) })).toBe('unauthenticated');
    expect(await kindOf(['list', 'appointments:247'], { ONOFFICE_SECRET: 'f'.repeat(64) })).toBe('unauthenticated');
    expect(await kindOf(['list', 'documents:@my'], { ONLYOFFICE_API_KEY: `sk-${'f'.repeat(64)}` })).toBe('unauthenticated');
    expect(await kindOf(['archive', 'documents:@my', '--to', 'x.zip'], { ONLYOFFICE_API_KEY: `sk-${'f'.repeat(64)}` })).toBe('unauthenticated');
  });

  it('a clock that is off by an hour', async () => {
    const ahead = await startOnOfficeSandbox({ now: () => Date.now() + 3_600_000 });
    const config = await world.writeConfig('clock.yaml', contactsConfig(ahead.apiUrl));
    const { status, stderr } = await world.run(['list', 'contacts:1237', '--config', config]);
    await ahead.close();
    expect(status).toBe(1);
    expect(stderr).toMatch(/clock[\s\S]*\(unauthenticated\)|\(unauthenticated\)[\s\S]*clock/i);
  });

  it('a file or folder that is not there', async () => {
    expect(await kindOf(['stat', 'contacts:1237/999999'])).toBe('not-found');
    expect(await kindOf(['get', 'appointments:247/999999'])).toBe('not-found');
    expect(await kindOf(['get', 'documents:@my/999999'])).toBe('not-found');
    expect(await kindOf(['list', 'documents:999999'])).toBe('not-found');
    expect(await kindOf(['list', 'documents:201'])).toBe('permission-denied');
  });

  it.each([
    [401, 'unauthenticated'],
    [402, 'quota-exceeded'],
    [403, 'permission-denied'],
    [429, 'rate-limited'],
    [503, 'vendor-failure'],
  ] as const)('HTTP %s', async (status, kind) => {
    const more = '    maxAttempts: 1\n';
    const config = await world.writeConfig('once.yaml', configText({ apiUrl: world.onOffice.apiUrl, baseUrl: world.onlyOffice.baseUrl }).replaceAll(/( {4}(?:secret|apiKey): .*\n)/g, `$1${more}`));
    world.onOffice.quirks.httpStatus = { status };
    world.onlyOffice.quirks.httpStatus.push({ path: /./, status, body: 'empty' } as never);
    expect(await kindOf(['list', 'contacts:1237', '--config', config])).toBe(kind);
    expect(await kindOf(['list', 'documents:@my', '--config', config])).toBe(kind);
  });

  it.each(['htmlAnswer', 'halfJson', 'emptyBody', 'wrongResult'] as const)('an answer that is not one: %s', async (quirk) => {
    world.onOffice.quirks[quirk] = true;
    const config = await world.writeConfig('one.yaml', contactsConfig(world.onOffice.apiUrl, '    maxAttempts: 1\n'));
    expect(await kindOf(['list', 'contacts:1237', '--config', config])).toBe('vendor-protocol');
  });

  it('a server that is not there', async () => {
    const config = await world.writeConfig('gone.yaml', contactsConfig('http://127.0.0.1:9/api.php', '    maxAttempts: 1\n'));
    expect(await kindOf(['list', 'contacts:1237', '--config', config])).toBe('network');
  });
});

describe('the local side', () => {
  it('leaves nothing half-written when a file cannot be had', async () => {
    const { status } = await world.run(['get', 'contacts:1237/999999', '--to', 'half.bin']);
    expect(status).toBe(1);
    expect((await readdir(world.directory)).filter((name) => name.includes('half'))).toEqual([]);
  });

  it('says target-failed for a folder that cannot be written, and asks the vendor nothing', async () => {
    await writeFile(world.path('a-file'), 'not a folder');
    const before = world.onOffice.requests.length;
    const { status, stderr } = await world.run(['pull', 'contacts:1237', '--to', 'a-file/inside']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/a-file/);
    expect(world.onOffice.requests.length).toBe(before);
    await mkdir(world.path('locked'));
    await chmod(world.path('locked'), 0o500);
    if (process.getuid?.() !== 0) expect((await world.run(['pull', 'contacts:1237', '--to', 'locked/inside'])).status).toBe(1);
  });

  it('keeps hostile file names inside of the target', async () => {
    const { status } = await world.run(['pull', 'contacts:1260', '--to', 'hostile', '--receipt', 'hostile.json']);
    expect(status).toBe(0);
    const receipt = JSON.parse(await readFile(world.path('hostile.json'), 'utf8')) as { files: { name: string; path: string }[] };
    expect(receipt.files).toHaveLength(14);
    for (const { path } of receipt.files) {
      expect(path.split('/')).not.toContain('..');
      expect(path).not.toMatch(/[\\:*?"<>|\p{Cc}]/u);
      expect(Buffer.byteLength(path.split('/').at(-1) ?? '')).toBeLessThanOrEqual(255);
      await readFile(world.path('hostile', path));
    }
  });

  it('shows file names without what a terminal would act on', async () => {
    const { stdout } = await world.run(['list', 'contacts:1260']);
    expect(stdout).not.toMatch(/[^\P{Cc}\n]|\u202E/u);
  });

  it('ends an interrupted pull with 130, whole files only, and a receipt of what was done', async () => {
    const { status } = await world.run(['pull', 'contacts:1240', 'appointments:248', 'appointments:250', '--to', 'interrupted', '--receipt', 'interrupted.json', '--concurrency', '1', '--json'], {
      onStart: (child) => child.stdout?.once('data', () => child.kill('SIGINT')),
    });
    expect(status).toBe(130);
    const receipt = JSON.parse(await readFile(world.path('interrupted.json'), 'utf8')) as { complete: boolean; files: { path: string; size: number; status: string }[] };
    expect(receipt.complete).toBe(false);
    for (const file of receipt.files.filter((row) => row.status === 'ok')) expect((await readFile(world.path('interrupted', file.path))).length).toBe(file.size);
  });
});
