import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { loadConfig } from '../src/index.ts';
import { createFolder, type TestFolder } from './folder.ts';

let folder: TestFolder;
beforeEach(async () => {
  folder = await createFolder();
});
afterEach(() => folder.remove());

describe('settings of several vendors in one source', () => {
  const text = (provider: string): string => `sources:
  files:
    provider: ${provider}
    apiUrl: http://127.0.0.1:1/api.php
    token: \${FILES_TOKEN}
    secret: \${ONOFFICE_SECRET}
    baseUrl: http://127.0.0.1:2
    apiKey: \${ONLYOFFICE_KEY}
    maxContentBytes: 1000
`;

  it.each([
    ['onoffice-address', { FILES_TOKEN: 'token-1', ONOFFICE_SECRET: 'secret-1' }, ['baseUrl', 'apiKey']],
    ['onoffice-appointment', { FILES_TOKEN: 'token-1', ONOFFICE_SECRET: 'secret-1' }, ['baseUrl', 'apiKey', 'maxContentBytes']],
    ['onlyoffice', { FILES_TOKEN: 'token-1', ONLYOFFICE_KEY: 'sk-1' }, ['apiUrl', 'secret', 'maxContentBytes']],
  ] as const)('leave the choice to the line that says provider: %s', async (provider, env, ignored) => {
    const loaded = await loadConfig({ config: await folder.write('filesource.yaml', text(provider)), adapters: [onoffice, onlyoffice], env });
    expect(loaded.sources.map((source) => source.providerName)).toEqual([provider]);
    expect([...loaded.ignored].sort()).toEqual(ignored.map((key) => `sources.files.${key}`).sort());
  });

  it('do not hide a typing error', async () => {
    await expect(loadConfig({ config: { sources: { files: { provider: 'onlyoffice', baseUrl: 'http://127.0.0.1:2', apikey: 'x', apiUrl: 'http://127.0.0.1:1' } } }, adapters: [onoffice, onlyoffice], env: {} })).rejects.toMatchObject({
      kind: 'config-invalid',
      message: expect.stringMatching(/apikey[\s\S]*apiKey/),
    });
  });
});
