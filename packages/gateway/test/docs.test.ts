import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '@filesource/container';
import { gatewaySchema, type GatewaySettings } from '../src/index.ts';
import { onoffice } from '@filesource/onoffice';
import { startOnOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const bin = join(root, 'packages/cli/bin/filesource.js');

async function blocks(language: string): Promise<string[]> {
  const text = await readFile(join(root, 'docs/gateway.md'), 'utf8');
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1] ?? '');
}

interface World {
  readonly folder: string;
  readonly sandbox: OnOfficeSandbox;
  writeConfig(more?: string): Promise<string>;
}

async function withSandbox(run: (world: World) => Promise<void>): Promise<void> {
  const sandbox = await startOnOfficeSandbox();
  const folder = await mkdtemp(join(tmpdir(), 'filesource-gateway-docs-'));
  const writeConfig = async (more = ''): Promise<string> => {
    const file = join(folder, 'filesource.yaml');
    await writeFile(file, `sources:\n  contacts:\n    provider: onoffice-address\n    apiUrl: ${sandbox.apiUrl}\n    token: ${sandbox.token}\n    secret: ${sandbox.secret}\n    allowHosts: ['${new URL(sandbox.fileHost).host}']\n${more}`);
    return file;
  };
  try {
    await run({ folder, sandbox, writeConfig });
  } finally {
    await sandbox.close();
    await rm(folder, { recursive: true });
  }
}

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[], options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>>; readonly onLine?: (line: string, stop: () => void) => void }): Promise<Ran> {
  const child = spawn(command, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  let isTold = false;
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
    if (isTold || !stdout.includes('\n')) return;
    isTold = true;
    options.onLine?.(stdout.slice(0, stdout.indexOf('\n')), () => child.kill('SIGTERM'));
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  return new Promise((done) => child.once('close', (status) => done({ status, stdout, stderr })));
}

const missing = ['bash', 'curl', 'jq', 'unzip', 'sha256sum', 'awk'].filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
// A machine with Node alone runs every other test; CI has them all.
const withTools = missing.length === 0 || process.env['CI'] === 'true' ? it : it.skip;
if (missing.length > 0) console.log(`the curl commands of docs/gateway.md are not run here: ${missing.join(', ')} not found`);

describe('the page about the gateway', () => {
  it('has a config that is valid, and names every setting with its default', async () => {
    await withSandbox(async ({ folder, writeConfig }) => {
      const [yaml = ''] = await blocks('yaml');
      const config = await writeConfig(yaml.replace('file:secrets/operations-token', 'file:operations-token'));
      await writeFile(join(folder, 'operations-token'), 'b'.repeat(32));
      const { sections } = await loadConfig({ config, adapters: [onoffice], env: { CRM_TOKEN: 'a'.repeat(32) }, sections: { gateway: gatewaySchema } });
      expect((sections['gateway'] as GatewaySettings).tokens.map(({ name }) => name)).toEqual(['crm', 'operations']);
    });
    const text = await readFile(join(root, 'docs/gateway.md'), 'utf8');
    for (const [setting, value] of Object.entries(gatewaySchema.parse({}))) {
      const row = text.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${setting}\``));
      expect({ setting, isNamed: row !== undefined }).toEqual({ setting, isNamed: true });
      if (typeof value === 'number' && value < 3_600_000) expect({ setting, row: row?.includes(String(value)) }).toEqual({ setting, row: true });
    }
  });

  withTools('has curl commands that run as they stand, against the command that it names', async () => {
    const script = (await blocks('sh')).find((block) => block.includes('curl')) ?? '';
    await withSandbox(async ({ folder, writeConfig }) => {
      await writeConfig();
      let ran: Promise<Ran> | undefined;
      const served = await run(process.execPath, [bin, 'serve', '--port', '0', '--json'], {
        cwd: folder,
        onLine: (line, stop) => {
          const { url: URL, token: TOKEN } = JSON.parse(line) as { readonly url: string; readonly token: string };
          ran = run('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder, env: { URL, TOKEN } });
          void ran.then(stop);
        },
      });
      const { status, stdout, stderr } = (await ran) ?? { status: null, stdout: '', stderr: 'the gateway did not start' };
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const lines = stdout.trim().split('\n').map((line) => line.trim());
      expect(lines.slice(0, 4)).toEqual(['contacts', '260', 'event: done', 'complete: true, 25 of 25']);
      const [fromArchive, fromFile, fromReceipt] = lines.slice(4);
      expect(fromFile).toMatch(/^[0-9a-f]{64}$/);
      expect([fromArchive, fromReceipt]).toEqual([fromFile, fromFile]);
      expect({ status: served.status, stderr: served.stderr }).toEqual({ status: 0, stderr: '' });
    });
  });
});
