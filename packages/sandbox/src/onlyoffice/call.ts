import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from './auth.ts';
import type { Query } from './listing.ts';
import type { User } from './model.ts';
import type { Portal } from './portal.ts';
import { withLinkHostname } from './links.ts';

/** One request to the API, with what the router has found out about it. It is a `Viewpoint` for the DTOs. */
export interface Call {
  readonly portal: Portal;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: Caller | undefined;
  readonly user: User | undefined;
  /** Scheme and host that links in the answer start with. */
  readonly origin: string;
  /** Names in lower case: the server does not tell cases apart. */
  readonly query: Query;
  readonly params: Query;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  /** Who may call without signing in: everybody, or everybody on DocSpace only. Absent: nobody. */
  readonly open?: 'always' | 'docspace';
  /** The route exists on this generation only. */
  readonly only?: 'docspace' | 'workspace';
  /** The answer is a list of operations, which DocSpace counts as one. */
  readonly streamed?: boolean;
  handle(call: Call): unknown;
}

export function createCall(portal: Portal, request: FastifyRequest, reply: FastifyReply, caller: Caller | undefined): Call {
  return {
    portal,
    request,
    reply,
    caller,
    user: caller?.user,
    origin: originOf(portal, request),
    query: queryOf(request),
    params: paramsOf(portal, request),
    body: typeof request.body === 'object' && request.body !== null ? (request.body as Record<string, unknown>) : {},
  };
}

export function originOf(portal: Portal, request: FastifyRequest): string {
  return withLinkHostname(portal, `${request.protocol}://${request.headers.host ?? '127.0.0.1'}`);
}

export function queryOf(request: FastifyRequest): Query {
  const entries = Object.entries(request.query as Record<string, string | string[]>);
  return Object.fromEntries(entries.map(([key, value]) => [key.toLowerCase(), Array.isArray(value) ? value[0] : value]));
}

// Every Workspace route exists with `.json` behind it as well.
function paramsOf(portal: Portal, request: FastifyRequest): Query {
  const params = request.params as Record<string, string>;
  if (portal.settings.generation === 'docspace') return params;
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, value.replace(/\.json$/, '')]));
}
