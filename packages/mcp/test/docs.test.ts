import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { limits } from '../src/limits.ts';
import { bin, startWorld, type World } from './support/world.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const run = promisify(execFile);
const token = 'a-token-of-this-test';
let page: string;
let world: World;
beforeAll(async () => {
  page = await readFile(join(root, 'docs/mcp.md'), 'utf8');
  world = await startWorld();
  await symlink(join(root, 'node_modules'), join(world.directory, 'node_modules'));
  await writeFile(join(world.directory, 'package.json'), '{"type":"module"}');
});
afterAll(() => world.close());

function blocks(language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1] ?? '');
}

async function runSnippet(code: string, env: Readonly<Record<string, string>>): Promise<string> {
  await writeFile(join(world.directory, 'snippet.js'), code);
  const { stdout, stderr } = await run(process.execPath, ['snippet.js'], { cwd: world.directory, env: { ...world.env, ...env } });
  expect(stderr).toBe('');
  return stdout;
}

describe('the page about the MCP server', () => {
  test('lists the tools that the running server has, and which of them need --allow-write', async () => {
    const [reading, writing] = [await world.connect('stdio'), await world.connect('stdio', ['--allow-write', 'files'])];
    const always = (await reading.client.listTools()).tools.map(({ name }) => name);
    const rows = (await writing.client.listTools()).tools.map(({ name, title, inputSchema }) => {
      const required = new Set(inputSchema.required);
      const parameters = Object.keys(inputSchema.properties ?? {}).map((parameter) => (required.has(parameter) ? `\`${parameter}\`` : `[\`${parameter}\`]`));
      return `| \`${name}\` | ${title} | ${parameters.join(', ')} | ${always.includes(name) ? 'no' : '`--allow-write`'} |`;
    });
    const table = ['| tool | what it does | arguments, [optional] | needs |', '| --- | --- | --- | --- |', ...rows].join('\n');
    expect(page).toContain(table);
  });

  test('shows a client\'s config that starts the server', async () => {
    const [json = ''] = blocks('json');
    const { mcpServers } = JSON.parse(json) as { mcpServers: { files: { command: string; args: string[]; env: Record<string, string> } } };
    const { command, args, env } = mcpServers.files;
    expect([command, Object.keys(env).every((name) => name in world.env)]).toEqual(['filesource', true]);
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(new StdioClientTransport({ command: process.execPath, args: [bin, ...args], cwd: world.directory, env: { ...world.env } }));
    expect((await client.listResources()).resources.map(({ name }) => name)).toEqual(['source contacts', 'source documents']);
    await client.close();
  });

  test('shows a client that works as it stands, against the server of its own command line', async () => {
    const [sh = ''] = blocks('sh');
    const args = sh.trim().replace('npx filesource mcp --http --port 8765 ', '').split(' ');
    expect(args).toEqual(['--token-env', 'MCP_TOKEN']);
    const server = await world.serveHttp(args, { MCP_TOKEN: token });
    const [code = ''] = blocks('ts');
    expect(code).toContain('http://127.0.0.1:8765/mcp');
    const stdout = await runSnippet(code.replace('http://127.0.0.1:8765/mcp', server.url), { MCP_TOKEN: token });
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['contacts:1237/1757 Grundriss Obergeschoß.pdf']));
    expect(await server.close()).toBe(0);
  });

  test('shows code that serves as it stands', async () => {
    const [, code = ''] = blocks('ts');
    expect(await runSnippet(code, { MCP_TOKEN: token })).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp\n$/);
  });

  test('tells the bounds as they are', () => {
    const number = (value: number): string => value.toLocaleString('en-US');
    for (const text of [
      `gives ${limits.listEntries} entries, at most ${limits.mostListEntries}`,
      `the last ${limits.cursors} of them`,
      `gives ${number(limits.textChars)} characters, at most ${number(limits.mostTextChars)}`,
      `shows ${limits.receiptRows} rows, at most ${limits.mostReceiptRows}`,
      `cut after ${limits.mostNameChars} characters`,
      `after ${number(limits.mostAnswerChars)}`,
      `at most ${limits.sessions} sessions`,
      `after ${limits.startMs / 1_000} seconds`,
      `${limits.waitSeconds} seconds unless`,
      `up to ${limits.mostResourceBytes / 1_048_576} MiB`,
    ]) {
      expect(page).toContain(text);
    }
    expect([limits.runningDownloads, limits.keptDownloadMs, limits.cursorLifetimeMs, limits.sessionIdleMs]).toEqual([4, 3_600_000, 3_600_000, 1_800_000]);
  });
});
