import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demoApiKeys, demoUsers, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';

const bin = fileURLToPath(new URL('../../packages/cli/bin/filesource.js', import.meta.url));

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stdoutBytes: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** No file may become larger; a write past it takes what fits, and then fails. */
  readonly mostFileBytes?: number;
  /** Called with the running process, to interrupt it. */
  readonly onStart?: (child: ChildProcess) => void;
  /** Standard input stays open, for the caller to write to and to end. */
  readonly keepsStdin?: boolean;
  readonly onStdout?: (text: string, child: ChildProcess) => void;
  readonly onStderr?: (text: string, child: ChildProcess) => void;
}

/** Both vendors' servers, a folder with a config for them, and the built command line in it. */
export interface World {
  readonly onOffice: OnOfficeSandbox;
  readonly onlyOffice: OnlyOfficeSandbox;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Every credential that the config leads to, and what ONLYOFFICE gave out for them so far; none may ever be seen. */
  readonly secrets: readonly string[];
  run(args: readonly string[], options?: RunOptions): Promise<CliResult>;
  /** Writes another config beside the first and gives its path. */
  writeConfig(name: string, text: string): Promise<string>;
  path(...parts: readonly string[]): string;
  close(): Promise<void>;
}

/** Workspace knows no API keys, so there a user signs in. */
export function configText(world: { readonly apiUrl: string; readonly baseUrl: string; readonly generation?: 'docspace' | 'workspace'; readonly storageUrl?: string }): string {
  const account = world.generation === 'workspace' ? 'userName: ${ONLYOFFICE_USER}\n    password: ${ONLYOFFICE_PASSWORD}' : 'apiKey: ${ONLYOFFICE_API_KEY}';
  return `sources:
  contacts:
    provider: onoffice-address
    apiUrl: ${world.apiUrl}
    token: \${ONOFFICE_TOKEN}
    secret: \${ONOFFICE_SECRET}
  appointments:
    provider: onoffice-appointment
    apiUrl: ${world.apiUrl}
    token: \${ONOFFICE_TOKEN}
    secret: \${ONOFFICE_SECRET}
  documents:
    provider: onlyoffice
    baseUrl: ${world.baseUrl}
    ${account}
${world.storageUrl === undefined ? '' : `    allowHosts: ["${new URL(world.storageUrl).host}"]\n`}`;
}

export async function startWorld(options: { readonly generation?: 'docspace' | 'workspace'; readonly operationDurationMs?: number; readonly storage?: 'disc' | 'presigned' } = {}): Promise<World> {
  const generation = options.generation ?? 'docspace';
  const onOffice = await startOnOfficeSandbox();
  const onlyOffice = await startOnlyOfficeSandbox({ ...options, generation });
  const directory = await mkdtemp(join(tmpdir(), 'filesource-e2e-'));
  const apiKey = demoApiKeys[0].key;
  const { userName, password } = demoUsers[0];
  const env = { ONOFFICE_TOKEN: onOffice.token, ONOFFICE_SECRET: onOffice.secret, ONLYOFFICE_API_KEY: apiKey, ONLYOFFICE_USER: userName, ONLYOFFICE_PASSWORD: password };
  await writeFile(join(directory, 'filesource.yaml'), configText({ apiUrl: onOffice.apiUrl, baseUrl: onlyOffice.baseUrl, generation, ...(onlyOffice.storageUrl === undefined ? {} : { storageUrl: onlyOffice.storageUrl }) }));
  return {
    onOffice,
    onlyOffice,
    directory,
    env,
    get secrets() {
      return [onOffice.token, onOffice.secret, apiKey, password, ...onlyOffice.issuedSecrets];
    },
    run: (args, runOptions) => runCli(args, { cwd: directory, ...runOptions, env: { ...env, ...runOptions?.env } }),
    writeConfig: async (name, text) => {
      const path = join(directory, name);
      await writeFile(path, text);
      return path;
    },
    path: (...parts) => join(directory, ...parts),
    close: async () => {
      await Promise.all([onOffice.close(), onlyOffice.close()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Runs the built command line to its end. */
export async function runCli(args: readonly string[], options: RunOptions): Promise<CliResult> {
  const { PATH = '' } = process.env;
  const [command, ...rest] = [...limitedTo(options.mostFileBytes), process.execPath, bin, ...args];
  const child = spawn(command ?? process.execPath, rest, { cwd: options.cwd, env: { PATH, ...options.env }, stdio: ['pipe', 'pipe', 'pipe'] });
  if (options.keepsStdin !== true) child.stdin.end();
  options.onStart?.(child);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout.push(chunk);
    options.onStdout?.(chunk.toString('utf8'), child);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr.push(chunk);
    options.onStderr?.(chunk.toString('utf8'), child);
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const stdoutBytes = Buffer.concat(stdout);
  return { status, stdout: stdoutBytes.toString('utf8'), stdoutBytes, stderr: Buffer.concat(stderr).toString('utf8') };
}

/** POSIX counts the limit in blocks of 512 bytes. */
function limitedTo(mostFileBytes: number | undefined): readonly string[] {
  return mostFileBytes === undefined ? [] : ['/bin/sh', '-c', `ulimit -f ${Math.floor(mostFileBytes / 512)} && exec "$0" "$@"`];
}

/** The lines of `--json` output, parsed. */
export function jsonLines(text: string): readonly Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
