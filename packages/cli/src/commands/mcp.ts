import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { FileSourceError } from '@filesource/core';
import type { FileSourceMcp } from '@filesource/mcp';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { jsonLine } from '../render/safe-text.ts';

export interface McpCommandOptions {
  readonly source?: readonly string[];
  readonly allowWrite?: string;
  readonly http?: boolean;
  readonly port?: number;
  readonly host?: string;
  readonly allowHost?: readonly string[];
  readonly allowOrigin?: readonly string[];
  /** Name of the variable that holds the bearer token. */
  readonly tokenEnv?: string;
  readonly json?: boolean;
}

/** Serves the sources to MCP clients until the client or the signal ends it, which is its regular end. */
export async function mcp(context: CliContext, options: McpCommandOptions): Promise<ExitCode> {
  checkOptions(options);
  const [{ createFileSourceMcp }, { systemPorts }, sources] = await Promise.all([import('@filesource/mcp'), import('@filesource/container'), context.sources()]);
  const { clock, hashing } = systemPorts(context.io.ports);
  const { source: only, allowWrite } = options;
  const served = await createFileSourceMcp({
    sources,
    clock,
    hashing,
    ...(only === undefined ? {} : { only }),
    ...(allowWrite === undefined ? {} : { allowWrite: context.path(allowWrite) }),
  });
  try {
    if (options.http === true) await overHttp(context, served, options);
    else await overStdio(context, served);
  } finally {
    await served.close();
  }
  return exitCodes.done;
}

function checkOptions({ http, port, host, allowHost, allowOrigin, tokenEnv, json }: McpCommandOptions): void {
  const forHttp = [port, host, allowHost, allowOrigin, tokenEnv, json].some((option) => option !== undefined);
  if (http !== true && forHttp) throw new FileSourceError('invalid-argument', '--port, --host, --allow-host, --allow-origin, --token-env and --json go with --http', { advice: 'Add --http, or leave them out.' });
}

async function overStdio(context: CliContext, served: FileSourceMcp): Promise<void> {
  const { io, err, signal } = context;
  const { serveStdio } = await import('@filesource/mcp');
  const stdin: (Readable & { readonly isTTY?: boolean }) | undefined = io.stdin;
  if (stdin === undefined) throw new FileSourceError('unsupported', 'there is no standard input', { advice: 'Serve over HTTP, with --http.' });
  if (stdin.isTTY === true) err.tell('filesource: speaks MCP on standard input and output, for a client that starts it; Ctrl-D ends it');
  await serveStdio(served, { stdin, stdout: io.stdout, signal, tell: (text) => err.tell(`filesource: ${text}`) });
}

async function overHttp(context: CliContext, served: FileSourceMcp, options: McpCommandOptions): Promise<void> {
  const { io, err, out, signal } = context;
  const { tokenEnv, host, port, allowHost, allowOrigin, json } = options;
  const [{ serveHttp }, { systemPorts }] = await Promise.all([import('@filesource/mcp'), import('@filesource/container')]);
  const { clock } = systemPorts(io.ports);
  const token = tokenEnv === undefined ? randomBytes(24).toString('base64url') : tokenOf(io.env, tokenEnv);
  const serving = await serveHttp(served, {
    token,
    clock,
    tell: (text) => err.tell(`filesource: ${text}`),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(allowHost === undefined ? {} : { allowHosts: allowHost }),
    ...(allowOrigin === undefined ? {} : { allowOrigins: allowOrigin }),
  });
  try {
    const made = tokenEnv === undefined ? { token } : {};
    if (json === true) await out.line(jsonLine({ type: 'ready', url: serving.url, ...made }));
    else {
      err.tell(`filesource: serves MCP at ${serving.url}`);
      if (tokenEnv === undefined) err.tell(`filesource: bearer token, shown only now: ${token}`);
    }
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await serving.close();
  }
}

function tokenOf(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const token = env[name]?.trim() ?? '';
  if (token !== '') return token;
  throw new FileSourceError('config-invalid', `the environment variable ${name} is not set`, { advice: 'Set it to the bearer token, or leave --token-env out to get a random one.' });
}
