import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createFileSources } from '@filesource/container';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { startWorld, type World } from './harness.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** The embedder's program: it knows a source by name and nothing of its vendor. */
async function program(configFile: string, env: Readonly<Record<string, string>>, folder: string): Promise<{ names: string[]; bytes: number; archived: string }> {
  const sources = await createFileSources({ config: configFile, adapters: [onoffice, onlyoffice], env });
  const files = sources.get('files');
  const names: string[] = [];
  let bytes = 0;
  for await (const entry of files.list(folder)) {
    if (entry.kind !== 'file') continue;
    names.push(entry.name);
    const { body } = await files.open(entry.ref);
    for await (const chunk of body) bytes += (chunk as Buffer).length;
  }
  const archive = await (await files.archive([folder])).result();
  await sources.close();
  return { names, bytes, archived: archive.items.filter((item) => item.error === undefined).length > 0 ? 'items' : 'nothing' };
}

/** The settings of all vendors in one source: the files differ in nothing but the line "provider". */
const oneFile = (provider: string): string => `sources:
  files:
    provider: ${provider}
    apiUrl: ${world.onOffice.apiUrl}
    token: \${ONOFFICE_TOKEN}
    secret: \${ONOFFICE_SECRET}
    baseUrl: ${world.onlyOffice.baseUrl}
    apiKey: \${ONLYOFFICE_API_KEY}
`;

describe('a provider swapped by its line in the config', () => {
  it.each([
    ['onoffice-address', '1237'],
    ['onoffice-appointment', '247'],
    ['onlyoffice', '@my'],
  ] as const)('runs the same program on %s', async (provider, folder) => {
    const config = await world.writeConfig(`swap-${provider}.yaml`, oneFile(provider));
    const result = await program(config, world.env, folder);
    expect(result.names).toContain('Notiz.txt');
    expect(result.bytes).toBeGreaterThan(1000);
    expect(result.archived).toBe('items');
  });
});
