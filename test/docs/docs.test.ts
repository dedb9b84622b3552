import { cp, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig, readConfigText } from '@filesource/container';
import { errorKinds } from '@filesource/core';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { pages, read, root, snippetsOf } from './pages.ts';

const adapters = [onoffice, onlyoffice];

describe('the documentation', () => {
  it('explains every error kind, and no kind that does not exist', async () => {
    const kinds = [...(await read('docs/errors.md')).matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1] ?? '');
    const statuses = ['permanent', 'temporary', 'persistent'];
    expect(kinds.filter((kind) => !statuses.includes(kind)).sort()).toEqual([...errorKinds].sort());
  });

  it('links only to what is there', async () => {
    for (const file of await pages()) {
      for (const [, target = ''] of (await read(file)).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)) {
        await expect(stat(resolve(root, dirname(file), target))).resolves.toBeDefined();
      }
    }
  });

  it('shows configs that are valid, on every page', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'filesource-docs-'));
    try {
      const env = await prepareConfigs(folder);
      let shown = 0;
      for (const page of await pages()) {
        for (const { language, text, line } of await snippetsOf(page)) {
          const config: unknown = language === 'yaml' && /^sources:/m.test(text) ? readConfigText(text, 'yaml', `${page}:${line}`) : undefined;
          if (config === undefined) continue;
          // What else stands in a config belongs to a command, whose own page is checked beside it.
          const { adapters: named = [], sources } = config as { readonly adapters?: readonly string[]; readonly sources: object };
          const loaded = await loadConfig({ config: { adapters: named, sources }, adapters, env, baseDirectory: folder }).catch((error: unknown) => {
            throw new Error(`${page}:${line}: ${String(error)}`);
          });
          expect(loaded.sources.map(({ name }) => name)).toEqual(Object.keys(sources));
          shown += 1;
        }
      }
      expect(shown).toBeGreaterThan(2);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('names every setting of every provider, with its default', async () => {
    const text = await read('docs/configuration.md');
    for (const provider of adapters.flatMap((adapter) => Object.values(adapter.providers))) {
      for (const setting of Object.keys(provider.configSchema.shape)) expect({ setting, isNamed: text.includes(`\`${setting}\``) }).toEqual({ setting, isNamed: true });
    }
  });
});

/** What configs of the pages refer to: variables, a secret file, and the package of a third party. */
async function prepareConfigs(folder: string): Promise<Readonly<Record<string, string>>> {
  const env = { ONOFFICE_TOKEN: 'a'.repeat(32), ONOFFICE_SECRET: 'b'.repeat(64), ONLYOFFICE_API_KEY: 'sk-1', ONLYOFFICE_USER: 'anna@example.com', ONLYOFFICE_PASSWORD: 'secret' };
  await mkdir(join(folder, 'secrets'));
  await writeFile(join(folder, 'secrets', 'onoffice-secret'), 'b'.repeat(64));
  const installed = join(folder, 'node_modules', '@acme', 'filesource-folder');
  await mkdir(installed, { recursive: true });
  await cp(join(root, 'examples/third-party-adapter/filesource-folder'), installed, { recursive: true });
  await symlink(join(root, 'node_modules', '@filesource'), join(folder, 'node_modules', '@filesource'));
  await symlink(join(root, 'node_modules', 'zod'), join(folder, 'node_modules', 'zod'));
  return env;
}
