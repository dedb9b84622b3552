import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { demoApiKeys, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';
import { createFileSources } from '../src/index.ts';
import { createFolder, type TestFolder } from './folder.ts';

let office: OnOfficeSandbox;
let portal: OnlyOfficeSandbox;
let folder: TestFolder;
beforeAll(async () => {
  [office, portal, folder] = await Promise.all([startOnOfficeSandbox(), startOnlyOfficeSandbox(), createFolder()]);
});
afterAll(async () => {
  await Promise.all([office.close(), portal.close(), folder.remove()]);
});

/** The program of an embedder; it knows nothing of vendors. */
async function firstFile(config: string, env: Record<string, string>, start: string): Promise<{ readonly name: string; readonly bytes: number; readonly size: number | null }> {
  const sources = await createFileSources({ config, adapters: [onoffice, onlyoffice], env });
  try {
    const files = sources.get('files');
    for await (const entry of files.list(start)) {
      if (entry.kind === 'folder') continue;
      let bytes = 0;
      for await (const chunk of (await files.open(entry)).body as AsyncIterable<Buffer>) bytes += chunk.length;
      return { name: entry.name, bytes, size: entry.size };
    }
    throw new Error('the folder holds no file');
  } finally {
    await sources.close();
  }
}

describe('changing the provider line', () => {
  const settings = (provider: string): string => (provider === 'onlyoffice' ? `baseUrl: ${portal.baseUrl}, apiKey: "\${KEY}"` : `apiUrl: ${office.apiUrl}, token: "\${TOKEN}", secret: "\${SECRET}", allowHosts: [${new URL(office.fileHost).host}]`);

  it.each(['onoffice-address', 'onoffice-appointment', 'onlyoffice'])('reads a file from %s with the same program', async (provider) => {
    const env = { TOKEN: office.token, SECRET: office.secret, KEY: demoApiKeys[0].key };
    const config = await folder.write('filesource.yaml', `sources:\n  files: { provider: ${provider}, ${settings(provider)} }\n`);
    const starts = { 'onoffice-address': '1237', 'onoffice-appointment': '247', onlyoffice: '@my' } as Record<string, string>;
    const file = await firstFile(config, env, starts[provider] ?? '');
    expect(file.name).not.toBe('');
    expect(file.bytes).toBeGreaterThan(0);
    expect(file.size === null || file.size === file.bytes).toBe(true);
  });

  it('tells which settings the new provider needs', async () => {
    const config = await folder.write('filesource.yaml', `sources:\n  files: { provider: onlyoffice, token: abcd, secret: efgh }\n`);
    await expect(createFileSources({ config, adapters: [onoffice, onlyoffice], env: {} })).rejects.toMatchObject({
      kind: 'config-invalid',
      message: expect.stringMatching(/sources\.files\.baseUrl .*: missing; expected /),
    });
  });
});
