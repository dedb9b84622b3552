import { symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFileSources, loadConfig } from '../src/index.ts';
import { createAcme } from './acme.ts';
import { createFolder, type TestFolder } from './folder.ts';

const adapterCode = (name: string, how: string): string => `
import { z } from 'zod';
const limits = { maxPageSize: 10, maxContentBytes: null, linkLifetimeMs: null, maxConcurrency: 1, maxArchives: null };
const no = { support: 'unsupported', reason: 'not made' };
const yes = { support: 'native' };
const capabilities = { list: yes, stat: yes, open: no, openRange: no, linkFile: no, linkFolder: no, archive: no, archiveConvert: no, archiveCancel: no, archiveAttach: no, openInMemory: false, limits };
const create = (config) => ({
  capabilities,
  listPage: async (folder) => ({ items: [{ kind: 'file', folder, id: '1', name: config.greeting, size: 1, mediaType: null, modified: null, validator: null }] }),
  close: async () => {},
});
${how} = { name: '${name}', providers: { '${name}': { title: 'A third party', configSchema: z.strictObject({ greeting: z.string().min(3) }), account: () => '', create } } };
`;

let folder: TestFolder;
beforeEach(async () => {
  folder = await createFolder();
  await folder.write('node_modules/.keep', '');
  await symlink(dirname(createRequire(import.meta.url).resolve('zod/package.json')), `${folder.path}/node_modules/zod`);
});
afterEach(() => folder.remove());

const config = (adapter: string, provider: string, greeting = 'hello'): string => `adapters: ["${adapter}"]\nsources:\n  x: { provider: ${provider}, greeting: ${greeting} }\n`;
const namesOf = async (file: string): Promise<string[]> => {
  const sources = await createFileSources({ config: file });
  const names: string[] = [];
  for await (const entry of sources.get('x').list('7')) names.push(entry.name);
  await sources.close();
  return names;
};

describe('an adapter of a third party', () => {
  it('named by its package name works like ours', async () => {
    await folder.write('node_modules/@acme/filesource-x/package.json', '{"name":"@acme/filesource-x","type":"module","exports":{".":{"import":"./lib/index.js"}}}');
    await folder.write('node_modules/@acme/filesource-x/lib/index.js', adapterCode('acme-x', 'export const acmeX'));
    const file = await folder.write('deep/below/filesource.yaml', config('@acme/filesource-x', 'acme-x'));
    expect(await namesOf(file)).toEqual(['hello']);
  });

  it('may be a file beside the config, with a default export', async () => {
    await folder.write('local-adapter.mjs', adapterCode('local', 'const d').concat('export default d;'));
    expect(await namesOf(await folder.write('filesource.yaml', config('./local-adapter.mjs', 'local')))).toEqual(['hello']);
  });

  it('has its settings validated with path and line', async () => {
    await folder.write('local-adapter.mjs', adapterCode('local', 'export const d'));
    const file = await folder.write('filesource.yaml', config('./local-adapter.mjs', 'local', 'x'));
    await expect(loadConfig({ config: file })).rejects.toMatchObject({ message: expect.stringContaining('sources.x.greeting (line 3, column 25): expected at least 3 characters') });
  });

  it('is named in the error when it is missing, is none, or cannot be loaded', async () => {
    await folder.write('none.mjs', 'export const x = 1;');
    await folder.write('broken.mjs', 'throw new TypeError("SECRET");');
    const file = await folder.write('filesource.yaml', 'adapters: ["@acme/none", ./gone.mjs, ./none.mjs, ./broken.mjs]\nsources: {}\n');
    await expect(loadConfig({ config: file })).rejects.toMatchObject({
      kind: 'config-invalid',
      message: [
        `${file} has 4 problems:`,
        '  adapters[0] (line 1, column 12): "@acme/none" is not found; install it beside the config file, or write ./ before a file',
        '  adapters[1] (line 1, column 26): "./gone.mjs" is not found; install it beside the config file, or write ./ before a file',
        '  adapters[2] (line 1, column 38): "./none.mjs" exports no adapter; expected what defineAdapter of @filesource/core returns',
        '  adapters[3] (line 1, column 50): "./broken.mjs" cannot be loaded (TypeError)',
      ].join('\n'),
    });
  });

  it('cannot take a provider name of another adapter', async () => {
    await folder.write('local-adapter.mjs', adapterCode('acme-files', 'export const d'));
    const file = await folder.write('filesource.yaml', config('./local-adapter.mjs', 'acme-files'));
    await expect(loadConfig({ config: file, adapters: [createAcme().descriptor] })).rejects.toMatchObject({ kind: 'config-invalid', message: 'the provider acme-files is brought by two adapters, acme and acme-files' });
  });

  it('is asked for when there is none at all', async () => {
    await expect(loadConfig({ config: { sources: {} } })).rejects.toMatchObject({ kind: 'config-invalid', message: 'no adapter is given' });
  });
});
