import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '@filesource/container';
import { errorKinds } from '@filesource/core';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { startOnOfficeSandbox } from '@filesource/sandbox';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
const adapters = [onoffice, onlyoffice];

function blocks(markdown: string, language: string): string[] {
  return [...markdown.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1] ?? '');
}

async function markdownFiles(): Promise<string[]> {
  const docs = (await readdir(join(root, 'docs'))).map((name) => `docs/${name}`);
  return ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'adapters/onoffice/README.md', 'adapters/onlyoffice/README.md', ...docs].filter((name) => name.endsWith('.md'));
}

describe('the documentation', () => {
  it('explains every error kind, and no kind that does not exist', async () => {
    const kinds = [...(await read('docs/errors.md')).matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1] ?? '');
    const statuses = ['permanent', 'temporary', 'persistent'];
    expect(kinds.filter((kind) => !statuses.includes(kind)).sort()).toEqual([...errorKinds].sort());
  });

  it('links only to what is there', async () => {
    for (const file of await markdownFiles()) {
      for (const [, target = ''] of (await read(file)).matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)) {
        await expect(stat(resolve(root, dirname(file), target))).resolves.toBeDefined();
      }
    }
  });

  it('shows configs that are valid', async () => {
    const env = { ONOFFICE_TOKEN: 'a'.repeat(32), ONOFFICE_SECRET: 'b'.repeat(64), ONLYOFFICE_API_KEY: 'sk-1' };
    const folder = await mkdtemp(join(tmpdir(), 'filesource-docs-'));
    const [yaml = ''] = blocks(await read('README.md'), 'yaml');
    await writeFile(join(folder, 'filesource.yaml'), yaml);
    const loaded = await loadConfig({ config: join(folder, 'filesource.yaml'), adapters, env });
    expect(loaded.sources.map(({ name, providerName }) => `${name} ${providerName}`)).toEqual(['contacts onoffice-address', 'appointments onoffice-appointment', 'documents onlyoffice']);
    await rm(folder, { recursive: true });
  });

  it('names every setting of every provider, with its default', async () => {
    const text = await read('docs/configuration.md');
    for (const provider of adapters.flatMap((adapter) => Object.values(adapter.providers))) {
      for (const setting of Object.keys(provider.configSchema.shape)) expect({ setting, isNamed: text.includes(`\`${setting}\``) }).toEqual({ setting, isNamed: true });
    }
  });

  it('has TypeScript that runs as it stands', async () => {
    const sandbox = await startOnOfficeSandbox();
    const folder = await mkdtemp(join(tmpdir(), 'filesource-docs-'));
    try {
      await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
      await writeFile(join(folder, 'package.json'), '{"type":"module"}');
      await writeFile(join(folder, 'filesource.yaml'), `sources:\n  contacts:\n    provider: onoffice-address\n    apiUrl: ${sandbox.apiUrl}\n    token: ${sandbox.token}\n    secret: ${sandbox.secret}\n`);
      for (const file of ['README.md', 'docs/getting-started.md']) {
        const [code = ''] = blocks(await read(file), 'ts');
        await writeFile(join(folder, 'snippet.js'), code);
        // In a process of its own that does not block this one, whose servers it talks to.
        const run = await runNode(join(folder, 'snippet.js'), folder);
        expect({ file, ...run }).toMatchObject({ file, status: 0, stderr: '' });
        expect(run.stdout).toContain('contacts:1237/1757 Grundriss Obergeschoß.pdf');
      }
    } finally {
      await sandbox.close();
      await rm(folder, { recursive: true });
    }
  });
});

async function runNode(script: string, cwd: string): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [script], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const status = await new Promise<number | null>((done) => {
    child.once('close', done);
  });
  return { status, stdout, stderr };
}
