import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { FileSources } from '@filesource/container';
import { systemPorts } from '@filesource/container';
import { FileSourceError, Redactor, Secret, silentLogger, type Logger } from '@filesource/core';
import { createApp } from './app.ts';
import { Grants } from './auth/grants.ts';
import { Sessions } from './auth/sessions.ts';
import { cursorKey } from './cursors/cursor-key.ts';
import { CursorSeal } from './cursors/cursor-seal.ts';
import { Admission } from './limits/admission.ts';
import { Metrics } from './metrics.ts';
import { Operations } from './operations/operations.ts';
import { Spool } from './operations/spool.ts';
import { scopes, type GatewaySettings, type TokenSettings } from './settings.ts';
import { shutDown } from './shut-down.ts';

export interface ServeOptions {
  readonly sources: FileSources;
  readonly settings: GatewaySettings;
  /** Gets requests, ended operations and errors. Default: silence. */
  readonly logger?: Logger;
  /** That of the sources, which knows the credentials of the config. */
  readonly redactor?: Redactor;
}

export interface RunningGateway {
  /** Without a slash at its end. */
  readonly url: string;
  /** The token of this run, where the settings have none. */
  readonly token: string | undefined;
  /**
   * Takes no more requests, lets transfers end for `shutdownTimeoutMs`, and gives up its spool.
   * - The sources are left open. Calling it again waits for the same end.
   */
  close(): Promise<void>;
}

/**
 * Starts the gateway and listens.
 * - Without tokens in the settings, one with every scope is made for this run; other hosts than this machine are refused then.
 * - Throws `config-invalid` for that and for a source that a token names and the config lacks, `conflict` for a port in use.
 */
export async function serve(options: ServeOptions): Promise<RunningGateway> {
  const { sources, settings, redactor = new Redactor() } = options;
  const { clock, hashing, logger } = systemPorts({ redactor, logger: options.logger ?? silentLogger });
  checkTokens(settings, sources);
  const token = settings.tokens.length === 0 ? randomBytes(24).toString('base64url') : undefined;
  if (token !== undefined) redactor.add(token);
  const tokens: readonly TokenSettings[] = token === undefined ? settings.tokens : [{ name: 'this-run', token: new Secret(token), sources: ['*'], scopes: [...scopes] }];
  for (const { token: secret } of tokens) redactor.add(secret);

  const spool = await Spool.open(settings.spoolDirectory);
  const operations = new Operations({ spool, limits: settings, clock, hashing, logger });
  const sessions = new Sessions(clock, settings);
  const admission = new Admission(settings);
  const closing = new AbortController();
  const metrics = new Metrics({ admission, countOperations: () => operations.countByState(), countSessions: () => sessions.count, countSpoolBytes: () => operations.spoolBytes });
  const app = await createApp({
    settings,
    sources,
    grants: new Grants(tokens),
    sessions,
    operations,
    cursors: new CursorSeal(cursorKey(token === undefined ? settings.tokens : [])),
    metrics,
    clock,
    hashing,
    logger,
    redactor,
    closing: closing.signal,
    admission,
    version: version(),
  });
  try {
    // A crowd that comes at once waits for its turn instead of being reset; the system may allow less.
    await app.listen({ host: settings.host, port: settings.port, backlog: 8192 });
  } catch (error) {
    await Promise.allSettled([app.close(), spool.close()]);
    throw listenError(error, settings);
  }

  let ending: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    closing.abort();
    await shutDown(app, settings.shutdownTimeoutMs);
    await operations.close();
    await spool.close();
  };
  return { url: urlOf(settings.host, (app.server.address() as AddressInfo).port), token, close: () => (ending ??= end()) };
}

function checkTokens({ tokens, host }: GatewaySettings, sources: FileSources): void {
  if (tokens.length === 0 && !isLoopback(host)) {
    throw new FileSourceError('config-invalid', `the gateway would listen on ${host} without tokens, open to whoever finds the one of this run`, { advice: 'Put tokens into the section gateway: of the config, or listen on 127.0.0.1.' });
  }
  for (const token of tokens) {
    const unknown = token.sources.find((name) => name !== '*' && !sources.has(name));
    if (unknown !== undefined) throw new FileSourceError('config-invalid', `the token ${token.name} is for the source ${JSON.stringify(unknown)}, which the config does not have`, { advice: `The config has: ${sources.names.join(', ')}.` });
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function listenError(thrown: unknown, { host, port }: GatewaySettings): unknown {
  const { code } = thrown as { readonly code?: unknown };
  if (code === 'EADDRINUSE') return new FileSourceError('conflict', `port ${port} of ${host} is in use`, { advice: 'Name another with --port; 0 takes a free one.', cause: thrown });
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return new FileSourceError('config-invalid', `the gateway cannot listen on ${host}, port ${port}: ${code}`, { advice: 'Name another with --host and --port.', cause: thrown });
  return thrown;
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function version(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };
  return version;
}
