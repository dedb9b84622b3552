import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FileSourceError, type Clock } from '@filesource/core';
import type { FileSourceMcp } from '../file-source-mcp.ts';
import { limits } from '../limits.ts';
import { createGuard, hostNameOf, type Refusal } from './guard.ts';
import { Sessions, type SessionLimits } from './sessions.ts';

export interface HttpOptions {
  /** What every request has to bring; at least 16 characters. */
  readonly token: string;
  /** Address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Further names by which clients call this server, such as that of a proxy in front of it. */
  readonly allowHosts?: readonly string[];
  /** Origins of web pages that may call it; default: none. */
  readonly allowOrigins?: readonly string[];
  readonly sessions?: Partial<SessionLimits>;
  readonly clock: Clock;
  /** Gets what a person should know about; never anything secret. */
  readonly tell?: (text: string) => void;
}

export interface HttpServing {
  /** Where clients connect to. */
  readonly url: string;
  /** Sessions that are open. */
  readonly sessionCount: number;
  /** Ends all sessions and calls. */
  close(): Promise<void>;
}

const path = '/mcp';
const loopback = ['127.0.0.1', 'localhost', '[::1]'];
const shortestToken = 16;
const sweepEveryMs = 60_000;

/**
 * Serves any number of clients over Streamable HTTP.
 * - Throws `invalid-argument` for a token that is too short or fits into no header, `conflict` for a port that is in use.
 */
export async function serveHttp(mcp: FileSourceMcp, options: HttpOptions): Promise<HttpServing> {
  const { token, host = '127.0.0.1', port = 0, allowHosts = [], allowOrigins = [], clock, tell } = options;
  if (token.length < shortestToken) throw new FileSourceError('invalid-argument', `the bearer token has ${token.length} characters, and needs at least ${shortestToken}`);
  if (!/^[\x21-\x7e]*$/.test(token)) throw new FileSourceError('invalid-argument', 'the bearer token has spaces, line breaks or characters beyond ASCII, which fit into no header');
  const own = hostNameOf(host.includes(':') ? `[${host}]` : host);
  const guard = createGuard({ token, origins: allowOrigins, hosts: [...(loopback.includes(own) ? loopback : [own]), ...allowHosts.map(hostNameOf)] });
  const sessions = new Sessions(mcp, clock, { most: limits.sessions, idleMs: limits.sessionIdleMs, requestBytes: limits.requestBytes, ...options.sessions });
  const server = createServer((request, response) => {
    answer(sessions, guard, request, response).catch((error: unknown) => {
      tell?.(`a request could not be answered (${error instanceof Error ? error.name : 'unknown'})`);
      refuse(response, 500, 'Something went wrong here.');
    });
  });
  const address = await listen(server, host, port);
  const sweeping = setInterval(() => void sessions.sweep(), sweepEveryMs);
  sweeping.unref();
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}${path}`,
    get sessionCount() {
      return sessions.size;
    },
    close: async () => {
      clearInterval(sweeping);
      const closed = new Promise((resolve) => server.close(resolve));
      await sessions.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(sessions: Sessions, guard: (request: IncomingMessage) => Refusal | undefined, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refusal = guard(request);
  if (refusal !== undefined) return refuse(response, refusal.status, refusal.message);
  if (pathOf(request) !== path) return refuse(response, 404, `The protocol is spoken at ${path}.`);
  const end = await sessions.handle(request, response);
  if (end === 'unknown') refuse(response, 404, 'Session not found');
  if (end === 'full') refuse(response, 503, 'Too many sessions are open.');
}

function pathOf({ url = '/' }: IncomingMessage): string | undefined {
  const base = 'http://localhost';
  return URL.canParse(url, base) ? new URL(url, base).pathname : undefined;
}

/** As JSON-RPC, so that clients can show it. The connection ends: what else the request holds is not read. */
function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...challenge });
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code: status === 404 ? -32_001 : -32_000, message }, id: null }));
}

async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new FileSourceError('conflict', `port ${port} is in use`, { advice: 'Name another with --port, or leave it out to get a free one.', cause: error });
    throw new FileSourceError('invalid-argument', `${host} cannot be listened on: ${code ?? 'unknown'}`, { advice: 'Name an address of this machine.', cause: error });
  }
  return server.address() as AddressInfo;
}
