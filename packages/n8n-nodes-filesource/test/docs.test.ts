import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { mostItemsAtOnce } from '../src/items-at-once.ts';
import { builtNode, packageRoot } from './support/built.ts';

let text: string;

beforeAll(async () => {
  text = await readFile(join(packageRoot, '../../docs/n8n.md'), 'utf8');
});

describe('docs/n8n.md', () => {
  test('names the nodes, and every resource and operation', async () => {
    const { description } = await builtNode('FileSource');
    const names = description.properties.filter(({ name }) => name === 'resource' || name === 'operation').flatMap(({ options = [] }) => options.map(({ name }) => name));
    for (const name of [description.displayName, (await builtNode('FileSourceTrigger')).description.displayName, ...names]) expect([name, text.includes(name)]).toEqual([name, true]);
  });

  test('calls parameters and outputs as the node does', async () => {
    const { description } = await builtNode('FileSource');
    const shown = JSON.stringify([description.properties, description.outputs, (await builtNode('FileSourceTrigger')).description.properties]);
    for (const name of ['When Files Are Missing', 'Give What Came', 'Hold the Worker For', 'Longest Wait', 'Waiting', 'Done', 'Most Files to Remember']) {
      expect([name, shown.includes(name), text.includes(name.split(' ')[0] ?? name)]).toEqual([name, true, true]);
    }
  });

  test('tells how many items run at once', () => {
    expect(text).toContain(`Up to ${mostItemsAtOnce} items run at once`);
  });

  test('tells the lint that is installed, and every rule that a file switches off', async () => {
    const { devDependencies } = JSON.parse(await readFile(join(packageRoot, 'lint/package.json'), 'utf8')) as { readonly devDependencies: Readonly<Record<string, string>> };
    expect(text).toContain(`\`@n8n/eslint-plugin-community-nodes\` ${devDependencies['@n8n/eslint-plugin-community-nodes']}`);
    const files = (await readdir(packageRoot, { recursive: true })).filter((name) => /^(src|nodes|credentials)\/.*\.ts$/.test(name));
    const disabled = (await Promise.all(files.map((name) => readFile(join(packageRoot, name), 'utf8')))).flatMap((source) => [...source.matchAll(/eslint-disable(?:-next-line)? ([^\n]*)/g)].map(([, rest = '']) => rest));
    expect(disabled.length).toBeGreaterThan(0);
    for (const rest of disabled) {
      const [rule = '', reason] = rest.split(' -- ');
      expect([rule, (reason ?? '').length > 20]).toEqual([rule, true]);
      expect(text).toContain(`\`${rule.replace('@n8n/community-nodes/', '').trim()}\``);
    }
  });
});
