import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { demoApiKeys, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnlyOfficeSandboxOptions, type OnOfficeSandbox } from '@filesource/sandbox';

export const bin = fileURLToPath(new URL('../../../cli/bin/filesource.js', import.meta.url));
export type Surface = 'stdio' | 'http';

/** A client of the SDK, and the server that it talks to. */
export interface Connected {
  readonly client: Client;
  /** What the server wrote beside the protocol. */
  readonly stderr: () => string;
  close(): Promise<void>;
}

/** Both vendors' servers, a config for them, and an empty directory that may be written to. */
export interface World {
  readonly onOffice: OnOfficeSandbox;
  readonly onlyOffice: OnlyOfficeSandbox;
  readonly directory: string;
  /** `--allow-write` of it. */
  readonly files: string;
  readonly env: Readonly<Record<string, string>>;
  /** None may ever be seen by a client. */
  readonly secrets: readonly string[];
  connect(surface: Surface, args?: readonly string[]): Promise<Connected>;
  /** The built command line with the protocol over HTTP, without a client. */
  serveHttp(args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<HttpProcess>;
  close(): Promise<void>;
}

interface HttpProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly token: string;
  readonly stderr: () => string;
  close(): Promise<number | null>;
}

export async function startWorld(options: OnlyOfficeSandboxOptions = {}): Promise<World> {
  const onOffice = await startOnOfficeSandbox();
  const onlyOffice = await startOnlyOfficeSandbox({ operationDurationMs: 50, ...options });
  const directory = await mkdtemp(join(tmpdir(), 'filesource-mcp-'));
  const files = join(directory, 'files');
  await mkdir(files);
  const apiKey = demoApiKeys[0].key;
  const env = { ONOFFICE_TOKEN: onOffice.token, ONOFFICE_SECRET: onOffice.secret, ONLYOFFICE_API_KEY: apiKey, PATH: process.env['PATH'] ?? '' };
  await writeFile(join(directory, 'filesource.yaml'), configText(onOffice, onlyOffice));
  const open: Connected[] = [];
  const serveHttp: World['serveHttp'] = (args = [], more = {}) => startHttp(directory, { ...env, ...more }, args);
  return {
    onOffice,
    onlyOffice,
    directory,
    files,
    env,
    secrets: [onOffice.token, onOffice.secret, apiKey],
    connect: async (surface, args = []) => {
      const connected = surface === 'stdio' ? await connectStdio(directory, env, args) : await connectHttp(await serveHttp(args));
      open.push(connected);
      return connected;
    },
    serveHttp,
    close: async () => {
      await Promise.all(open.map((connected) => connected.close()));
      await Promise.all([onOffice.close(), onlyOffice.close()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function configText(onOffice: OnOfficeSandbox, onlyOffice: OnlyOfficeSandbox): string {
  const vendor = `    apiUrl: ${onOffice.apiUrl}\n    token: \${ONOFFICE_TOKEN}\n    secret: \${ONOFFICE_SECRET}\n    allowHosts: [${new URL(onOffice.fileHost).host}]\n`;
  return `sources:
  contacts:
    provider: onoffice-address
    # A fault meets one file and not all that share a request.
    maxActionsPerRequest: 1
${vendor}  appointments:
    provider: onoffice-appointment
${vendor}  documents:
    provider: onlyoffice
    baseUrl: ${onlyOffice.baseUrl}
    apiKey: \${ONLYOFFICE_API_KEY}
  nowhere:
    provider: onlyoffice
    baseUrl: http://127.0.0.1:9
    apiKey: \${ONLYOFFICE_API_KEY}
`;
}

export function newClient(): Client {
  return new Client({ name: 'test', version: '1.0.0' });
}

async function connectStdio(cwd: string, env: Readonly<Record<string, string>>, args: readonly string[]): Promise<Connected> {
  const transport = new StdioClientTransport({ command: process.execPath, args: [bin, 'mcp', ...args], cwd, env: { ...env }, stderr: 'pipe' });
  let stderr = '';
  transport.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const client = newClient();
  await client.connect(transport);
  return { client, stderr: () => stderr, close: () => client.close() };
}

export function httpTransport(url: string, token: string, onAnswer: (method: string | undefined) => void = () => undefined): Transport {
  const fetching: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    onAnswer(init?.method);
    return response;
  };
  return new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { authorization: `Bearer ${token}` } }, fetch: fetching }) as unknown as Transport;
}

async function connectHttp(server: HttpProcess): Promise<Connected> {
  const client = newClient();
  await client.connect(httpTransport(server.url, server.token));
  return {
    client,
    stderr: server.stderr,
    close: async () => {
      await client.close();
      await server.close();
    },
  };
}

async function startHttp(cwd: string, env: Readonly<Record<string, string>>, args: readonly string[]): Promise<HttpProcess> {
  const child = spawn(process.execPath, [bin, 'mcp', '--http', '--json', ...args], { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const exited = once(child, 'exit').then(([status]) => status as number | null);
  const line = await Promise.race([once(createInterface({ input: child.stdout }), 'line').then(([text]) => text as string), exited.then((status) => Promise.reject(new Error(`ended with ${status}: ${stderr}`)))]);
  const ready = JSON.parse(line) as { url: string; token?: string };
  return {
    child,
    url: ready.url,
    token: ready.token ?? '',
    stderr: () => stderr,
    close: async () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
}
