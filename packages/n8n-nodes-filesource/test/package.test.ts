import { access, readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { commonFields } from '@filesource/core';
import type { ICredentialType, INodeType } from 'n8n-workflow';
import { adapters } from '../src/adapters.ts';
import { built, builtNode, packageRoot, requireBuilt } from './support/built.ts';

interface Manifest {
  readonly dependencies?: object;
  readonly peerDependencies: object;
  readonly keywords: readonly string[];
  readonly files: readonly string[];
  readonly n8n: { readonly n8nNodesApiVersion: number; readonly strict: boolean; readonly credentials: readonly string[]; readonly nodes: readonly string[] };
}

let manifest: Manifest;
let bytes: number;

beforeAll(async () => {
  ({ bytes } = await built());
  manifest = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as Manifest;
});

/** As n8n's loader does: the class that is named as the file. */
function load(file: string): ICredentialType & INodeType {
  const name = /([^/]+?)\.(node|credentials)\.js$/.exec(file)?.[1] ?? '';
  const exported = requireBuilt(`./${file}`) as Record<string, new () => ICredentialType & INodeType>;
  const Found = exported[name];
  if (Found === undefined) throw new Error(`${file} has no class ${name}`);
  return new Found();
}

describe('the package', () => {
  test('is what n8n takes for a package of community nodes, and depends on nothing', () => {
    expect(manifest.dependencies ?? {}).toEqual({});
    expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
    expect(manifest.keywords).toContain('n8n-community-node-package');
    expect(manifest.n8n).toMatchObject({ n8nNodesApiVersion: 1, strict: true });
  });

  test('the bundle requires n8n-workflow and what Node brings, and nothing else', async () => {
    const text = await readFile(join(packageRoot, 'dist/filesource.js'), 'utf8');
    const required = [...text.matchAll(/\b(?:require|import)\("([^"]+)"\)/g)].map(([, name = '']) => name);
    const foreign = [...new Set(required)].filter((name) => !name.startsWith('node:') && !builtinModules.includes(name));
    expect(foreign).toEqual(['n8n-workflow']);
    expect(bytes).toBeLessThan(2 * 1024 * 1024);
  });

  test('the bundle has no HTTP client of its own', async () => {
    const text = await readFile(join(packageRoot, 'dist/filesource.js'), 'utf8');
    expect(text).toContain('this bundle has no HTTP client of its own');
    expect(text).not.toContain('follow-redirects');
  });

  test('every node and credential that it lists is there, with its icons', async () => {
    for (const file of [...manifest.n8n.nodes, ...manifest.n8n.credentials]) {
      const icon = file.includes('/nodes/') ? load(file).description.icon : load(file).icon;
      const { light, dark } = icon as { readonly light: string; readonly dark: string };
      for (const one of [light, dark]) await access(join(packageRoot, dirname(file), one.replace('file:', '')));
    }
    for (const file of manifest.n8n.nodes) await access(join(packageRoot, file.replace('.js', '.json')));
  });
});

describe('the credentials', () => {
  test('there is one for each provider of each adapter, and package.json lists them', () => {
    const providers = adapters.flatMap((adapter) => Object.keys(adapter.providers));
    expect(manifest.n8n.credentials).toHaveLength(providers.length);
  });

  test('each has every setting of its provider but those that n8n cannot hold; secrets are passwords', async () => {
    const node = await builtNode('FileSource');
    const option = node.description.properties.find(({ name }) => name === 'provider')?.options ?? [];
    const providers = adapters.flatMap((adapter) => Object.entries(adapter.providers));
    expect(option.map((one) => ('value' in one ? one.value : ''))).toEqual(providers.map(([name]) => name));
    for (const [index, [, provider]] of providers.entries()) {
      const credential = load(manifest.n8n.credentials[index] ?? '');
      const shown = credential.properties.map(({ name }) => name).filter((name) => name !== 'showMoreSettings');
      expect(shown.sort()).toEqual(Object.keys(provider.configSchema.shape).filter((name) => name !== 'connectTimeoutMs').sort());
      for (const property of credential.properties) {
        const isSecret = ['token', 'secret', 'apiKey', 'password'].includes(property.name);
        expect([property.name, property.typeOptions?.password === true]).toEqual([property.name, isSecret]);
        if (property.name in commonFields) expect(property.displayOptions?.show).toEqual({ showMoreSettings: [true] });
      }
    }
  });

  test.each(['FileSource', 'FileSourceTrigger'] as const)('%s asks for the one of its provider, and has the test that is named', async (name) => {
    const node = await builtNode(name);
    const named = manifest.n8n.credentials.map((file) => load(file).name);
    expect(node.description.credentials?.map((credential) => credential.name)).toEqual(named);
    for (const { testedBy, required } of node.description.credentials ?? []) {
      expect(required).toBe(true);
      expect(node.methods?.credentialTest?.[typeof testedBy === 'string' ? testedBy : '']).toBeInstanceOf(Function);
    }
  });
});

test('the node can be used as a tool', async () => {
  expect((await builtNode('FileSource')).description.usableAsTool).toBe(true);
});
