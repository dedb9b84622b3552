import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readConfigText } from '@filesource/container';
import { demoApiKeys, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli, type CliIo, type ExitCode } from '../src/index.ts';
import { Capture } from './support/capture.ts';
import { ctrlC, down, enter, personWho, type Answer } from './support/person.ts';

let onOffice: OnOfficeSandbox;
let onlyOffice: OnlyOfficeSandbox;
let cwd = '';
beforeAll(async () => {
  [onOffice, onlyOffice] = await Promise.all([startOnOfficeSandbox(), startOnlyOfficeSandbox()]);
});
afterAll(async () => {
  await Promise.all([onOffice.close(), onlyOffice.close()]);
});
const folders: string[] = [];
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'filesource-init-'));
  folders.push(cwd);
});
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

const key = demoApiKeys[0].key;

interface Ran {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

async function init(argv: readonly string[], io: Partial<CliIo> = {}): Promise<Ran> {
  const [out, err] = [new Capture(), new Capture()];
  const code = await runCli({ argv: ['init', ...argv], stdout: out, stderr: err, env: {}, cwd, ...io });
  const ran = { code, out: out.text, err: io.stderr instanceof Capture ? io.stderr.text : err.text };
  for (const secret of [key, onOffice.token, onOffice.secret]) expect(ran.out + ran.err).not.toContain(secret);
  return ran;
}

async function talk(answers: readonly Answer[], argv: readonly string[] = [], env: CliIo['env'] = {}): Promise<Ran> {
  const person = personWho(answers);
  const ran = await init(argv, { stdin: person.stdin, stderr: person.stderr, env });
  expect(person.left).toEqual([]);
  return ran;
}

const parse = (text: string): unknown => readConfigText(text, 'yaml', 'the config');
const written = (name = 'filesource.yaml'): Promise<string> => readFile(join(cwd, name), 'utf8');
const modeOf = async (name: string): Promise<string> => ((await stat(join(cwd, name))).mode & 0o777).toString(8);
const portal = (): string => `baseUrl=${onlyOffice.baseUrl}`;

describe('filesource init without questions', () => {
  it('writes a source with references, and says what to set', async () => {
    const { code, out } = await init(['--yes', '--provider', 'onoffice-address', '--name', 'contacts']);
    expect(code).toBe(0);
    expect(parse(await written())).toEqual({ sources: { contacts: { provider: 'onoffice-address', token: '${CONTACTS_TOKEN}', secret: '${CONTACTS_SECRET}' } } });
    expect(out).toContain('set the environment variable CONTACTS_TOKEN');
    expect(out).toContain('filesource doctor contacts');
  });

  it('tries the connection as soon as the credentials are there', async () => {
    const good = await init(['--yes', '--provider', 'onlyoffice', '--set', portal(), '--set', 'apiKey=${KEY}'], { env: { KEY: key } });
    expect(good).toMatchObject({ code: 0, out: expect.stringMatching(/ok +credentials/) });
    expect(good.out).toContain('filesource list onlyoffice:FOLDER');
    const bad = await init(['--yes', '--provider', 'onlyoffice', '--name', 'other', '--set', portal(), '--set', 'apiKey=${KEY}'], { env: { KEY: 'sk-nobody0nobody0' } });
    expect(bad).toMatchObject({ code: 1, out: expect.stringMatching(/failed +credentials/) });
    expect(Object.keys((parse(await written()) as { sources: object }).sources)).toEqual(['onlyoffice', 'other']);
  });

  it('leaves a config alone that is not UTF-8', async () => {
    const before = Buffer.from('# für alle\nsources: {}\n', 'latin1');
    await writeFile(join(cwd, 'filesource.yaml'), before);
    expect(await init(['--yes', '--provider', 'onoffice-address'])).toMatchObject({ code: 2, err: expect.stringContaining('not UTF-8') });
    expect(await readFile(join(cwd, 'filesource.yaml'))).toEqual(before);
  });

  it('writes beside what a killed process of the same id left half-written', async () => {
    await writeFile(join(cwd, `filesource.yaml.${process.pid}.part`), 'sour');
    expect(await init(['--yes', '--provider', 'onoffice-address'])).toMatchObject({ code: 0, err: '' });
  });

  it('says everything that is missing at once', async () => {
    const { code, err } = await init([]);
    expect(code).toBe(2);
    for (const flag of ['--yes', '--provider', 'onoffice-address', 'onlyoffice']) expect(err).toContain(flag);
    expect((await init(['--yes', '--provider', 'onlyoffice'])).err).toContain('--set baseUrl');
    await expect(written()).rejects.toThrow('ENOENT');
  });

  it.each(['token=c0ffee0123456789abcdef00c0ffee', 'token=${TOKEN:-c0ffee0123456789abcdef00c0ffee}', 'token=pre${TOKEN}'])('refuses a credential on the command line, and does not repeat it: %s', async (pair) => {
    const { code, err } = await init(['--yes', '--provider', 'onoffice-address', '--set', pair]);
    expect(code).toBe(2);
    expect(err).toContain("--set token='${NAME}'");
    expect(err).not.toContain('c0ffee');
    await expect(written()).rejects.toThrow('ENOENT');
  });

  it('takes settings in their types, lists by commas, and names what it does not know', async () => {
    await init(['--yes', '--provider', 'onoffice-address', '--set', 'maxAttempts=2', '--set', 'allowHosts=a.example,b.example', '--set', 'allowHosts=c.example']);
    expect(parse(await written())).toMatchObject({ sources: { 'onoffice-address': { maxAttempts: 2, allowHosts: ['a.example', 'b.example', 'c.example'] } } });
    expect((await init(['--yes', '--provider', 'onlyoffice', '--set', 'nonsense=1'])).err).toContain('It has: baseUrl');
    expect((await init(['--yes', '--provider', 'nobody'])).err).toContain('onoffice-address');
    expect((await init(['--yes', '--provider', 'onoffice-address', '--set', 'maxAttempts=two'])).err).toContain('expected a number');
    expect((await init(['--yes', '--provider', 'onoffice-address', '--name', '7up'])).code).toBe(2);
  });

  it('writes nothing that does not load', async () => {
    const { code, err } = await init(['--yes', '--provider', 'onoffice-address', '--set', 'maxAttempts=99']);
    expect(code).toBe(2);
    expect(err).toContain('expected at most 20');
    expect((await init(['--yes', '--provider', 'onoffice-address', '--set', 'token=file:nowhere'])).err).toContain('does not exist');
    await expect(written()).rejects.toThrow('ENOENT');
  });

  it('adds to a config, keeps its comments and rights, and replaces nothing without --force', async () => {
    const text = `# ours\nsources:\n  # the portal\n  documents:\n    provider: onlyoffice\n    baseUrl: https://portal.example.com\n    apiKey: \${UNSET_HERE}\n`;
    await writeFile(join(cwd, 'filesource.yml'), text, { mode: 0o640 });
    expect((await init(['--yes', '--provider', 'onoffice-address', '--name', 'contacts'])).code).toBe(0);
    const after = await written('filesource.yml');
    expect(after.startsWith(text)).toBe(true);
    expect(await modeOf('filesource.yml')).toBe('640');
    const again = await init(['--yes', '--provider', 'onoffice-address', '--name', 'documents']);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('--force') });
    expect(await written('filesource.yml')).toBe(after);
    expect((await init(['--yes', '--provider', 'onoffice-address', '--name', 'documents', '--force'])).code).toBe(0);
    expect(parse(await written('filesource.yml'))).toMatchObject({ sources: { documents: { provider: 'onoffice-address' }, contacts: {} } });
  });

  it('leaves sections of other commands alone, and follows a symbolic link', async () => {
    await writeFile(join(cwd, 'real.yaml'), 'gateway:\n  port: 8080\nsources: {}\n');
    await symlink('real.yaml', join(cwd, 'filesource.yaml'));
    expect((await init(['--yes', '--provider', 'onoffice-address'])).code).toBe(0);
    expect(parse(await written('real.yaml'))).toMatchObject({ gateway: { port: 8080 }, sources: { 'onoffice-address': {} } });
  });

  it('refuses a config that cannot be read, and leaves it as it is', async () => {
    await writeFile(join(cwd, 'filesource.yaml'), 'sources: [');
    expect((await init(['--yes', '--provider', 'onoffice-address'])).code).toBe(2);
    expect(await written()).toBe('sources: [');
  });
});

describe('filesource init at a terminal', () => {
  it('asks what it needs, keeps credentials as variables, and tries the connection with what was typed', async () => {
    const { code, out, err } = await talk([
      [/What kind of source\?/, down + down + enter],
      [/Its name/, `documents${enter}`],
      [/How does it sign in\?/, enter],
      [/baseUrl: Address of the portal/, `${onlyOffice.baseUrl}${enter}`],
      [/apiKey .*where is it kept\?/, enter],
      [/Name of the variable/, enter],
      [/DOCUMENTS_API_KEY is not set/, `${key}${enter}`],
      [/Write this to/, enter],
    ]);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringMatching(/ok +credentials/) });
    expect(out).toContain('set the environment variable DOCUMENTS_API_KEY');
    expect(err).toContain('*****');
    expect(parse(await written())).toEqual({ sources: { documents: { provider: 'onlyoffice', baseUrl: onlyOffice.baseUrl, apiKey: '${DOCUMENTS_API_KEY}' } } });
  });

  it('keeps a credential in a file of its own, readable for its owner only', async () => {
    const { code } = await talk(
      [
        [/token .*where is it kept\?/, down + enter],
        [/Path of the file/, enter],
        [/Value of token/, `${onOffice.token}${enter}`],
        [/secret .*where is it kept\?/, down + enter],
        [/Path of the file/, enter],
        [/Value of secret/, `${onOffice.secret}${enter}`],
        [/Write this to/, enter],
      ],
      ['--provider', 'onoffice-address', '--name', 'contacts', '--set', `apiUrl=${onOffice.apiUrl}`],
    );
    expect(code).toBe(0);
    expect(await written()).not.toContain(onOffice.token);
    expect((await written('secrets/contacts-token')).trim()).toBe(onOffice.token);
    expect([await modeOf('secrets/contacts-token'), await modeOf('secrets')]).toEqual(['600', '700']);
  });

  it('puts a credential into the config only when that was asked for and meant, and then for its owner only', async () => {
    const start: readonly Answer[] = [[/How does it sign in\?/, enter]];
    const { code } = await talk(
      [...start, [/apiKey .*where is it kept\?/, down + down + enter], [/Really\?/, `y${enter}`], [/Value of apiKey/, `${key}${enter}`], [/Write this to/, enter]],
      ['--provider', 'onlyoffice', '--name', 'documents', '--set', portal()],
    );
    expect(code).toBe(0);
    expect(parse(await written())).toMatchObject({ sources: { documents: { apiKey: key } } });
    expect(await modeOf('filesource.yaml')).toBe('600');
    await rm(join(cwd, 'filesource.yaml'));
    await talk([...start, [/apiKey .*where is it kept\?/, down + down + enter], [/Really\?/, enter], [/Name of the variable/, enter], [/is not set/, enter], [/Write this to/, enter]], ['--provider', 'onlyoffice', '--name', 'documents', '--set', portal()]);
    expect(parse(await written())).toMatchObject({ sources: { documents: { apiKey: '${DOCUMENTS_API_KEY}' } } });
  });

  it('writes nothing after Ctrl-C, and nothing when the person says no', async () => {
    expect(await talk([[/What kind of source\?/, ctrlC]])).toMatchObject({ code: 130, err: expect.stringContaining('nothing was written') });
    const no = await talk(
      [
        [/token .*where/, down + enter],
        [/Path of the file/, enter],
        [/Value of token/, `${onOffice.token}${enter}`],
        [/secret .*where/, enter],
        [/Name of the variable/, enter],
        [/is not set/, enter],
        [/Write this to/, `n${enter}`],
      ],
      ['--provider', 'onoffice-address', '--name', 'contacts', '--set', `apiUrl=${onOffice.apiUrl}`],
    );
    expect(no.code).not.toBe(0);
    await expect(written()).rejects.toThrow('ENOENT');
    await expect(written('secrets/contacts-token')).rejects.toThrow('ENOENT');
  });
});
