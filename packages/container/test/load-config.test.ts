import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { commonFields, Secret, type FileSourceError } from '@filesource/core';
import fc from 'fast-check';
import { findConfig, loadConfig, type LoadedConfig } from '../src/index.ts';
import { createAcme } from './acme.ts';
import { createFolder, type TestFolder } from './folder.ts';

const adapters = [createAcme().descriptor];
let folder: TestFolder;
beforeEach(async () => {
  folder = await createFolder();
});
afterEach(() => folder.remove());

async function load(text: string | Buffer, env: Record<string, string> = {}, name = 'filesource.yaml'): Promise<LoadedConfig> {
  return loadConfig({ config: await folder.write(name, text), adapters, env });
}

async function refusal(text: string | Buffer, env: Record<string, string> = {}, name = 'filesource.yaml'): Promise<string> {
  const error = await load(text, env, name).then(
    () => undefined,
    (thrown: unknown) => thrown as FileSourceError,
  );
  expect(error?.kind).toBe('config-invalid');
  return error?.message.replace(folder.path, '').replace(/^\//, '') ?? '';
}

const settingsOf = (config: LoadedConfig): Readonly<Record<string, unknown>> => config.sources[0]?.settings ?? {};
const tokenOf = (config: LoadedConfig): string => (settingsOf(config)['token'] as Secret).reveal();
const source = (...lines: string[]): string => ['sources:', '  a:', '    provider: acme-files', ...lines.map((line) => `    ${line}`)].join('\n');

describe('loadConfig', () => {
  it('reads YAML, JSON, JSON with a BOM, and objects alike', async () => {
    const yaml = await load(source('token: abcd'));
    const json = await load('{"$schema":"./x.json","sources":{"a":{"provider":"acme-files","token":"abcd"}}}', {}, 'c.json');
    const bom = await load('\uFEFF{"sources":{"a":{"provider":"acme-files","token":"abcd"}}}', {}, 'c.json');
    const data = await loadConfig({ config: { sources: { a: { provider: 'acme-files', token: new Secret('abcd') } } }, adapters, env: {} });
    for (const config of [yaml, json, bom, data]) {
      expect(config.sources.map(({ name, providerName, adapterName }) => [name, providerName, adapterName])).toEqual([['a', 'acme-files', 'acme']]);
      expect(tokenOf(config)).toBe('abcd');
      expect(settingsOf(config)).toMatchObject({ colour: 'red', timeoutMs: 60_000, baseUrl: 'https://acme.example' });
    }
    expect(yaml.file).toBe(`${folder.path}/filesource.yaml`);
    expect(data.file).toBeNull();
  });

  it('takes a secret of another copy of core, which a host may have', async () => {
    class Secret {
      readonly #value = 'abcd';
      reveal(): string {
        return this.#value;
      }
    }
    const config = await loadConfig({ config: { sources: { a: { provider: 'acme-files', token: new Secret() } } }, adapters, env: {} });
    expect(tokenOf(config)).toBe('abcd');
    expect(config.secrets.map((secret) => secret.reveal())).toEqual(['abcd']);
  });

  it.each([source('token: SECRET-4711'), '{"sources":{"a":{"provider":"acme-files","token":"SECRET-4711"}}}', 'sources: { a: { token: SECRET-4711 } }'])('says so when it gets the text of a config for its path, and shows none of it: %#', async (text) => {
    const error = await loadConfig({ config: text, adapters, env: {} }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'config-invalid', message: expect.stringContaining('expected the path of a file') });
    expect(String(error)).not.toContain('SECRET-4711');
  });

  it('takes a path with braces, as folders of Windows have', async () => {
    expect(tokenOf(await load(source('token: abcd'), {}, '{8A69D345-D564}/filesource.yaml'))).toBe('abcd');
  });

  it.each([new URL('file:///etc/filesource.yaml'), Buffer.from('sources: {}'), Promise.resolve({ sources: {} }), new Map([['sources', {}]])])('says so in one line when it gets something else: %p', async (config) => {
    await expect(loadConfig({ config, adapters, env: {} })).rejects.toMatchObject({ kind: 'config-invalid', message: expect.stringMatching(/^the config: expected the path of a file as text, .* got \[object \w+\]$/) });
  });

  it('refuses the name that objects cannot hold, in place of leaving its source out', async () => {
    expect(await refusal(`${source('token: abcd')}\n  __proto__:\n    provider: acme-files\n    token: efgh`)).toBe('filesource.yaml: sources.__proto__ (line 5, column 3): this name is not allowed');
    expect(await refusal(source('token: abcd', '__proto__: 1'))).toBe('filesource.yaml: sources.a.__proto__ (line 5, column 5): this name is not allowed');
  });

  it('tells numbers without an end from others', async () => {
    expect(await refusal(source('token: abcd', 'timeoutMs: .nan', 'maxAttempts: .inf'))).toMatch(/timeoutMs .*expected a number, got NaN or an infinity\n.*maxAttempts .*got NaN or an infinity/);
  });

  it('collects every credential, also nested ones', async () => {
    const config = await load(source('token: abcd', 'login: { user: me, password: "${PW}" }'), { PW: 'efgh' });
    expect(config.secrets.map((secret) => secret.reveal()).sort()).toEqual(['abcd', 'efgh']);
  });

  it('puts variables into texts, numbers and booleans', async () => {
    const config = await load(source('token: ${TOKEN}', 'timeoutMs: ${TIME}', 'strict: ${STRICT:-true}'), { TOKEN: '123456', TIME: '5000' });
    expect(tokenOf(config)).toBe('123456');
    expect(settingsOf(config)).toMatchObject({ timeoutMs: 5000, strict: true });
  });

  it('cannot be changed in structure by a variable', async () => {
    const config = await load(source('token: ${TOKEN}'), { TOKEN: 'x\n    colour: green' });
    expect(settingsOf(config)).toMatchObject({ colour: 'red' });
  });

  it('reads secrets from files beside the config, trimmed', async () => {
    await folder.write('secrets/token.txt', '  from the file\n');
    const absolute = await folder.write('pw', 'pw1234');
    const config = await load(source('token: file:./secrets/token.txt', 'login: { user: "file:./secrets/token.txt", password: "${WHERE}" }'), { WHERE: `file:${absolute}` });
    expect(tokenOf(config)).toBe('from the file');
    expect(settingsOf(config)['login']).toMatchObject({ user: 'file:./secrets/token.txt' });
    expect(config.secrets.map((secret) => secret.reveal())).toContain('pw1234');
  });

  it('reads secret files of a config object from the base directory', async () => {
    await folder.write('t', 'abcd');
    const config = await loadConfig({ config: { sources: { a: { provider: 'acme-files', token: 'file:t' } } }, adapters, env: {}, baseDirectory: folder.path });
    expect(tokenOf(config)).toBe('abcd');
  });

  it('refuses a config and a secret file that are not UTF-8, in place of other letters than the user wrote', async () => {
    expect(await refusal(Buffer.from(source('token: schlüssel'), 'latin1'))).toBe('filesource.yaml: this is not UTF-8; save it in that encoding');
    expect(await refusal(Buffer.from(`\uFEFF${source('token: abcd')}`, 'utf16le'))).toBe('filesource.yaml: this is not UTF-8; save it in that encoding');
    await folder.write('key', Buffer.from('schlüssel', 'latin1'));
    expect(await refusal(source('token: file:./key'))).toBe('filesource.yaml: sources.a.token (line 4, column 5): the secret file "./key": this is not UTF-8; save it in that encoding');
  });

  it('refuses a secret file that is too large, also one that never ends', async () => {
    await folder.write('most', 'x'.repeat(65_536));
    expect(tokenOf(await load(source('token: file:./most')))).toHaveLength(65_536);
    await folder.write('large', 'x'.repeat(65_537));
    for (const path of ['./large', ...(existsSync('/dev/zero') ? ['/dev/zero'] : [])]) {
      expect(await refusal(source(`token: file:${path}`))).toBe(`filesource.yaml: sources.a.token (line 4, column 5): the secret file "${path}" is too large for a secret`);
    }
  });

  it('names a secret file that is missing or empty', async () => {
    await folder.write('empty', ' \n');
    expect(await refusal(source('token: file:./none', 'login: { user: x, password: "file:empty" }'))).toBe(
      'filesource.yaml has 2 problems:\n  sources.a.token (line 4, column 5): the secret file "./none" does not exist (relative paths start at the config file\'s folder)\n  sources.a.login.password (line 5, column 23): the secret file "empty" is empty',
    );
  });
});

describe('a config that is wrong', () => {
  it.each([
    ['', 'filesource.yaml: expected a map with sources in it, got an empty config'],
    ['# only a comment', 'filesource.yaml: expected a map with sources in it, got an empty config'],
    ['- a', 'filesource.yaml: expected a map with sources in it, got a list'],
    ['hello', 'filesource.yaml: expected a map with sources in it, got a text'],
    ['{}', 'filesource.yaml: sources: missing; expected a map'],
    ['sources: []', 'filesource.yaml: sources (line 1, column 1): expected a map, got a list'],
    ['sources: {}', 'filesource.yaml: sources (line 1, column 1): at least one source is needed'],
    ['sources:\n  a:\n', 'filesource.yaml: sources.a (line 2, column 3): expected a map, got nothing'],
    ['sources:\n  a: []\n', 'filesource.yaml: sources.a (line 2, column 3): expected a map, got a list'],
    ['sources:\n  a: { token: abcd }', 'filesource.yaml: sources.a.provider (line 2, column 3): missing; expected one of acme-files, acme-mail'],
    ['sources:\n  a:\n    provider: acme-fils', 'filesource.yaml: sources.a.provider (line 3, column 5): expected one of acme-files, acme-mail; did you mean acme-files?'],
    ['sources:\n  a:\n    provider: dropbox', 'filesource.yaml: sources.a.provider (line 3, column 5): expected one of acme-files, acme-mail'],
    ['sources:\n  "9 x": { provider: acme-files, token: abcd }', 'filesource.yaml: sources["9 x"] (line 2, column 3): a source name starts with a letter and has letters, digits, - and _, at most 64'],
    ['source: {}\nsources: { a: { provider: acme-files, token: abcd } }', 'filesource.yaml: source (line 1, column 1): unknown setting source; did you mean sources? allowed: $schema, adapters, sources'],
    [source('token: ""'), 'filesource.yaml: sources.a.token (line 4, column 5): must not be empty'],
    [source('token: 123456'), 'filesource.yaml: sources.a.token (line 4, column 5): expected a text, got a number; put it in quotes'],
    [source(), 'filesource.yaml: sources.a.token (line 2, column 3): missing; expected a text'],
    [source('token: abcd', 'colour: blue'), 'filesource.yaml: sources.a.colour (line 5, column 5): expected one of red, green'],
    [source('token: abcd', 'timeoutMs: 5'), 'filesource.yaml: sources.a.timeoutMs (line 5, column 5): expected at least 100'],
    [source('token: abcd', 'timeoutMs: soon'), 'filesource.yaml: sources.a.timeoutMs (line 5, column 5): expected a number, got a text'],
    [source('token: abcd', 'baseUrl: hello'), 'filesource.yaml: sources.a.baseUrl (line 5, column 5): expected an absolute http or https URL'],
    [source('token: abcd', 'maxAttempts: 7'), 'filesource.yaml: sources.a (line 2, column 3): seven attempts bring bad luck'],
    [source('token: abcd', 'allowHosts: ["a/b"]'), 'filesource.yaml: sources.a.allowHosts[0] (line 5, column 18): expected a host name, name:port or *.name'],
    ['adapters: nope\nsources: { a: { provider: acme-files, token: abcd } }', 'filesource.yaml: adapters (line 1, column 1): expected a list, got a text'],
  ])('%j: %s', async (text, message) => {
    expect(await refusal(text)).toBe(message);
  });

  it('tells all problems at once, in the order of the file', async () => {
    expect(await refusal(source('tokn: abcd', 'token: ${ACME_TOKEN}', 'timeoutMs: ${TIME:-5}'))).toBe(
      [
        'filesource.yaml has 3 problems:',
        `  sources.a.tokn (line 4, column 5): unknown setting tokn; did you mean token? allowed: token, baseUrl, login, colour, strict, ${Object.keys(commonFields).join(', ')}, provider`,
        '  sources.a.token (line 5, column 5): the environment variable ACME_TOKEN is not set',
        '  sources.a.timeoutMs (line 6, column 5): expected at least 100 (the value comes from ${TIME})',
      ].join('\n'),
    );
  });

  it.each([
    ['a: [1', 'line 1, column 6'],
    ['sources:\n\tx: 1', 'line 2, column 1'],
    ['a: 1\na: 2', 'line 2, column 1): this is not valid YAML: this key comes twice'],
    ['a: !!js/function x', 'tags (!name) are not used here'],
    ['a: !custom x', 'tags (!name) are not used here'],
    ['a: !!binary eHh4', 'tags (!name) are not used here'],
    ['a: 1\n---\nb: 2', 'line 2, column 1): this is not valid YAML: a second document'],
    ['? [x]\n: 1', 'a key must be a text'],
    ['a: *none', 'an alias (*name) has no anchor'],
    ['a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]', 'too many of them'],
    ['sources: &s { a: *s }', 'this contains itself'],
  ])('broken YAML %j says %s', async (text, message) => {
    expect((await refusal(text)).replace(': line', ' (line').replace('column 1: ', 'column 1): ')).toContain(message);
  });

  it.each([
    ['{"sources": {}', 'line 1, column 15'],
    ['{"a": 1,}', 'this is not valid JSON'],
    ['{"a": 1} // x', 'this is not valid JSON'],
    ['{a: 1}', 'this is not valid JSON'],
    ['{"a": 1, "a": 2}', 'line 1, column 10: this key comes twice'],
    ['{"a": "${X}}', 'not valid JSON'],
  ])('broken JSON %j says %s', async (text, message) => {
    expect(await refusal(text, {}, 'c.json')).toContain(message);
  });

  it('names a file that is not there, and a file of another kind', async () => {
    await expect(loadConfig({ config: 'none.yaml', adapters, baseDirectory: folder.path })).rejects.toMatchObject({ kind: 'config-invalid', message: 'there is no config file none.yaml' });
    await expect(loadConfig({ config: await folder.write('c.toml', ''), adapters })).rejects.toMatchObject({ message: expect.stringContaining('.yaml, .yml or .json') });
  });

  it.each([
    source('token: "Zz"', 'colour: Zz9'),
    source('token: [SECRET]'),
    source('token: { SECRET: SECRET }'),
    source('token: SECRET', 'baseUrl: "https://u:SECRET@x"'),
    source('token: SECRET: SECRET'),
    source('token: "SECRET'),
    source('token: "SEC\\qRET SECRET"'),
    source('token: @SECRET'),
    source('token: `SECRET`'),
    source('token: [SECRET', 'x: 1'),
    source('token: SECRET', '  SECRET', 'SECRET'),
    source('token:SECRET'),
    'SECRET\n- SECRET',
    '{"token": "SECRET" "SECRET"}',
  ])('quotes no value: %j', async (text) => {
    const yaml = await refusal(text);
    expect(yaml).not.toMatch(/SECRET|Zz/);
    const json = await refusal(text, {}, 'c.json');
    expect(json).not.toMatch(/SECRET|Zz/);
  });

  it('never quotes a text value nor throws anything but config-invalid, whatever stands in the file', async () => {
    const line = fc.constantFrom('token: QQQ', 'token: "QQQ', '- QQQ', '? QQQ', 'a: {QQQ', "b: 'QQQ", '\tx: QQQ', '*QQQ', '%QQQ', '---', '  - [QQQ]', 'c: |', '   QQQ', '<<: *x', 'provider: QQQ');
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 6 }), async (lines) => {
        expect(await refusal(['sources:', '  a:', ...lines.map((text) => `    ${text}`)].join('\n'))).not.toMatch(/"QQQ|: QQQ(?! )|got QQQ/);
      }),
      { numRuns: 60 },
    );
  });

  it('hides a credential that a check of an adapter quotes', async () => {
    const { defineAdapter, defineProvider, secretField } = await import('@filesource/core');
    const { z } = await import('zod');
    const configSchema = z.strictObject({ token: secretField('Token') }).superRefine((config, context) => context.addIssue({ code: 'custom', path: ['token'], message: `${config.token.reveal()} is bad` }));
    const rude = defineAdapter({ name: 'rude', providers: { rude: defineProvider({ title: 'x', configSchema, account: () => '', create: () => { throw new Error('never'); } }) } });
    await expect(loadConfig({ config: { sources: { a: { provider: 'rude', token: 'SECRET' } } }, adapters: [rude] })).rejects.toMatchObject({ message: 'the config: sources.a.token: [redacted] is bad' });
  });
});

describe('findConfig', () => {
  it('finds the file here or in the nearest folder above, YAML before JSON', async () => {
    await folder.write('filesource.json', '{}');
    await folder.write('a/b/c/x', '');
    expect(await findConfig(`${folder.path}/a/b/c`)).toBe(`${folder.path}/filesource.json`);
    await folder.write('filesource.yml', '');
    await folder.write('a/filesource.yaml/x', '');
    expect(await findConfig(`${folder.path}/a/b/c`)).toBe(`${folder.path}/filesource.yml`);
    await folder.write('a/b/filesource.yaml', '');
    expect(await findConfig(`${folder.path}/a/b/c`)).toBe(`${folder.path}/a/b/filesource.yaml`);
  });
});
