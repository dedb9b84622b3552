import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeProviders } from '@filesource/container';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { flowAround } from './support/flow.ts';
import { startWorld, type World } from './support/world.ts';

const types = ['source', 'list', 'get', 'archive', 'pull'];
const nodes = fileURLToPath(new URL('../nodes', import.meta.url));

let world: World;
beforeAll(async () => {
  world = await startWorld({ lang: 'de' });
  await mkdir(join(world.red.userDir, 'node_modules/acme-filesource'));
  await symlink(fileURLToPath(new URL('../../../node_modules/@filesource', import.meta.url)), join(world.red.userDir, 'node_modules/@filesource'));
  await symlink(fileURLToPath(new URL('../../../node_modules/zod', import.meta.url)), join(world.red.userDir, 'node_modules/zod'));
  await writeFile(join(world.red.userDir, 'node_modules/acme-filesource/package.json'), '{"name":"acme-filesource","type":"module","exports":"./index.js"}');
  await writeFile(join(world.red.userDir, 'node_modules/acme-filesource/index.js'), acme);
});
afterAll(() => world.close());
beforeEach(() => world.forget());

/** An adapter that its vendor's own package brings: it lists one file, which is named after the secret. */
const acme = `
import { defineAdapter, defineProvider, native, secretField, unsupported } from '@filesource/core';
import { z } from 'zod';
const no = unsupported('not made');
const limits = { maxPageSize: 10, maxContentBytes: null, linkLifetimeMs: null, maxConcurrency: 1, maxArchives: null };
export const acme = defineAdapter({ name: 'acme', providers: { 'acme-files': defineProvider({
  title: 'Files at Acme',
  configSchema: z.strictObject({ shelf: z.string(), pass: secretField('Pass of Acme') }),
  account: () => 'acme',
  create: ({ shelf, pass }) => ({
    capabilities: { list: native, stat: no, open: no, openRange: no, linkFile: no, linkFolder: no, archive: no, archiveConvert: no, archiveCancel: no, archiveAttach: no, openInMemory: false, limits },
    listPage: async (folder) => ({ items: [{ kind: 'file', folder, id: '1', name: shelf + pass.reveal().length, size: 1, mediaType: null, modified: null, validator: null }] }),
    close: async () => {},
  }),
}) } });
`;

interface Forms {
  readonly providers: readonly { readonly name: string; readonly title: string; readonly settings: readonly { readonly name: string; readonly type: string; readonly isCommon: boolean }[] }[];
}

describe('the editor', () => {
  it('gets the form of every node, and the script that draws the settings', async () => {
    const page = await (await fetch(`${world.red.url}/nodes`, { headers: { accept: 'text/html' } })).text();
    for (const type of types) expect(page).toContain(`data-template-name="filesource-${type}"`);
    const script = await fetch(`${world.red.url}/resources/node-red-contrib-filesource/source-form.js`);
    expect(script.status).toBe(200);
  });

  it.each([
    ['en-US', 'Catch nodes', 'Lists a folder'],
    ['de', 'Catch-Nodes', 'Listet einen Ordner auf'],
  ])('gets help for every node in %s', async (language, errors, list) => {
    const page = await (await fetch(`${world.red.url}/nodes`, { headers: { accept: 'text/html', 'accept-language': language } })).text();
    for (const type of types) expect(page).toContain(`data-help-name="filesource-${type}"`);
    expect(page).toContain(errors);
    expect(page).toContain(list);
  });

  it('has every text of its forms in both languages', async () => {
    const [english = [], german = []] = await Promise.all(['en-US', 'de'].map(async (language) => (await readdir(join(nodes, 'locales', language))).sort()));
    expect(german).toEqual(english);
    for (const type of types) {
      const form = await readFile(join(nodes, `${type}.html`), 'utf8');
      const [en = [], de = []] = await Promise.all(['en-US', 'de'].map(async (language) => keysOf(JSON.parse(await readFile(join(nodes, 'locales', language, `${type}.json`), 'utf8')))));
      expect(de).toEqual(en);
      for (const [, key = ''] of form.matchAll(/data-i18n="(?:\[\w+\])?([^"]+)"/g)) expect(en).toContain(key);
    }
  });

  it('is told by the server what each provider takes, from its schema', async () => {
    const { providers } = (await (await fetch(`${world.red.url}/filesource/providers`)).json()) as Forms;
    const described = describeProviders([onoffice, onlyoffice]);
    expect(providers.map(({ name, title }) => ({ name, title }))).toEqual(described.map(({ name, title }) => ({ name, title })));
    for (const [index, { settings }] of providers.entries()) {
      expect(settings.map(({ name }) => name).sort()).toEqual(described[index]?.settings.map(({ name }) => name).sort());
      expect(settings.some(({ type }) => type === 'secret')).toBe(true);
      expect(settings.find(({ name }) => name === 'timeoutMs')?.isCommon).toBe(true);
    }
  });
});

function keysOf(value: unknown, prefix = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [prefix];
  return Object.entries(value).flatMap(([key, inner]) => keysOf(inner, prefix === '' ? key : `${prefix}.${key}`)).sort();
}

describe('an adapter that is named by its package', () => {
  const forms = (adapters: readonly string[]): Promise<Response> =>
    fetch(`${world.red.url}/filesource/providers`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ adapters }) });

  it('is offered, has its secret encrypted, and works without a line of code for it', async () => {
    const { providers } = (await (await forms(['acme-filesource'])).json()) as Forms;
    expect(providers.at(-1)).toMatchObject({ name: 'acme-files', title: 'Files at Acme', settings: [{ name: 'shelf', type: 'text' }, { name: 'pass', type: 'secret' }] });
    const source = { provider: 'acme-files', adapters: 'acme-filesource', settings: { 'acme-files': { shelf: 'top' } }, credentials: { 'acme-files__pass': 'a ${secret} of acme' } };
    await world.red.deploy(flowAround({ type: 'filesource-list' }, world.contacts(source)));
    world.red.send('worker', { payload: '7' });
    expect(await world.red.next('end')).toMatchObject({ payload: [{ ref: 'files:7/1', name: 'top19' }] });
    for (const name of ['flows.json', 'flows_cred.json']) expect(await readFile(join(world.red.userDir, name), 'utf8')).not.toContain('of acme');
  });

  it('is told by name when it is not there', async () => {
    const response = await forms(['no-such-package']);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { kind: 'config-invalid', message: expect.stringContaining('no-such-package') } });
  });
});

it('shows the status in the language of the server', async () => {
  await world.red.deploy(flowAround({ type: 'filesource-list' }, world.contacts()));
  world.red.send('worker', { payload: '1237' });
  await world.red.next('end');
  expect(world.red.statuses.filter(({ node }) => node === 'worker').map(({ text }) => text)).toEqual(expect.arrayContaining(['läuft', '25 Einträge']));
});
