import { describe, expect, jest, test } from '@jest/globals';
import { secretField } from '@filesource/core';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { configJsonSchema, loadConfig } from '../src/index.ts';
import { createAcme } from './acme.ts';

const door = z.strictObject({ port: z.int().max(65_535).default(80), keys: z.array(z.strictObject({ name: z.string(), key: secretField('A key') })).default([]) });
const adapters = [createAcme().descriptor];

async function inFile<T>(text: string, run: (file: string, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'filesource-sections-'));
  try {
    await writeFile(join(folder, 'filesource.yaml'), `sources:\n  files:\n    provider: acme-files\n    token: acme-token\n${text}`);
    return await run(join(folder, 'filesource.yaml'), folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('sections of a host', () => {
  test('take variables and secret files, and their secrets are among those of the config', async () => {
    const loaded = await inFile('door:\n  port: ${PORT}\n  keys:\n    - name: front\n      key: file:front.key\n    - {name: back, key: "${BACK}"}\n', async (config, folder) => {
      await writeFile(join(folder, 'front.key'), 'key-of-the-front\n');
      return loadConfig({ config, adapters, env: { PORT: '8080', BACK: 'key-of-the-back' }, sections: { door } });
    });
    const section = loaded.sections['door'] as z.output<typeof door>;
    expect(section).toMatchObject({ port: 8080, keys: [{ name: 'front' }, { name: 'back' }] });
    expect(section.keys.map(({ key }) => key.reveal())).toEqual(['key-of-the-front', 'key-of-the-back']);
    expect(loaded.secrets.map((secret) => secret.reveal())).toEqual(expect.arrayContaining(['key-of-the-front', 'key-of-the-back']));
  });

  test('tell what is wrong with its line, and never a secret', async () => {
    const failure = inFile('door:\n  ports: 8080\n  keys:\n    - name: 7\n      key: key-of-the-front\n', (config) => loadConfig({ config, adapters, env: {}, sections: { door } }));
    await expect(failure).rejects.toMatchObject({ kind: 'config-invalid', message: expect.stringMatching(/door\.ports \(line 6, column 3\): unknown setting ports; did you mean port\?[^]*door\.keys\[0\]\.name \(line 8/) });
    await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('key-of-the-front') });
  });

  test('are loaded only when the config has them', async () => {
    const load = jest.fn(async () => door);
    const without = await inFile('', (config) => loadConfig({ config, adapters, env: {}, sections: { door: load } }));
    expect({ sections: without.sections, loads: load.mock.calls.length }).toEqual({ sections: {}, loads: 0 });
    const having = await inFile('door: {}\n', (config) => loadConfig({ config, adapters, env: {}, sections: { door: load } }));
    expect({ sections: having.sections, loads: load.mock.calls.length }).toEqual({ sections: { door: { port: 80, keys: [] } }, loads: 1 });
  });

  test('are refused where the host has none, and a misspelt one is helped', async () => {
    await expect(inFile('door: {}\n', (config) => loadConfig({ config, adapters, env: {} }))).rejects.toMatchObject({ message: expect.stringContaining('unknown setting door') });
    await expect(inFile('dor: {}\n', (config) => loadConfig({ config, adapters, env: {}, sections: { door } }))).rejects.toMatchObject({ message: expect.stringContaining('did you mean door?') });
  });

  test('are in the JSON Schema, with their secrets as passwords', () => {
    const schema = configJsonSchema(adapters, { door });
    expect(schema).toMatchObject({ properties: { door: { properties: { keys: { items: { properties: { key: { format: 'password' } } } } } } } });
    expect(schema['required']).toEqual(['sources']);
  });
});
