import type { FastifyRequest } from 'fastify';
import type { ApiKey, User } from './model.ts';
import type { Portal } from './portal.ts';
import { passwordMatches } from './tokens.ts';

export interface Caller {
  readonly user: User;
  /** Present when an API key was used. */
  readonly key?: ApiKey;
  /** Present when a session token was used. */
  readonly token?: string;
}

export interface Identified {
  readonly caller?: Caller;
  /** What the scheme that was tried adds to the answer when it fails. */
  readonly headers: Record<string, string>;
}

export const AUTH_COOKIE = 'asc_auth_key';

export function identify(portal: Portal, request: FastifyRequest): Identified {
  return portal.settings.generation === 'docspace' ? identifyInDocSpace(portal, request) : identifyInWorkspace(portal, request);
}

// The prefixes are case-sensitive, and everything without a known one is taken for a session token.
function identifyInDocSpace(portal: Portal, request: FastifyRequest): Identified {
  const header = request.headers.authorization;
  const cookie = cookieOf(request);
  if (header?.startsWith('Basic ') === true) {
    const caller = byBasic(portal, header);
    return caller ? { caller, headers: {} } : { headers: { 'www-authenticate': 'Basic' } };
  }
  if (header?.startsWith('Bearer sk-') === true) return found(byApiKey(portal, header.slice('Bearer '.length)));
  if (header !== undefined && /^Bearer [\w-]+\.[\w-]+\.[\w-]*$/.test(header)) return { headers: {} };
  const token = cookie ?? header?.replace(/^Bearer /, '');
  if (token === undefined) return { headers: {} };
  const caller = byToken(portal, token);
  return caller ? { caller, headers: {} } : { headers: { 'set-cookie': `${AUTH_COOKIE}=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/` } };
}

function identifyInWorkspace(portal: Portal, request: FastifyRequest): Identified {
  const header = request.headers.authorization;
  const inQuery = (request.query as Record<string, unknown>)[AUTH_COOKIE];
  const inForm = (request.body as Record<string, unknown> | null | undefined)?.[AUTH_COOKIE];
  const token = [inQuery, inForm, cookieOf(request)].find((value) => typeof value === 'string') ?? header;
  const bySession = token === undefined ? undefined : byToken(portal, token);
  if (bySession) return found(bySession);
  const credentials = header?.split(',')[0]?.trim() ?? '';
  const bearer = /^Bearer (.+)/i.exec(credentials)?.[1]?.trim();
  const caller = bearer === undefined ? byBasic(portal, credentials) : byToken(portal, bearer);
  if (caller) return found(caller);
  return { headers: header === undefined ? {} : { 'www-authenticate': `Basic Realm="${request.hostname}"` } };
}

function found(caller: Caller | undefined): Identified {
  return caller === undefined ? { headers: {} } : { caller, headers: {} };
}

function byToken(portal: Portal, token: string): Caller | undefined {
  const userId = portal.tokens.userIdOf(token);
  const user = portal.store.users.find(({ id }) => id === userId);
  return user && { user, token };
}

function byApiKey(portal: Portal, given: string): Caller | undefined {
  const key = portal.settings.apiKeys.find((candidate) => candidate.key === given);
  const user = key && portal.store.userNamed(key.userName);
  return key && user && { user, key };
}

function byBasic(portal: Portal, header: string): Caller | undefined {
  if (!/^Basic /i.test(header)) return undefined;
  const [, userName = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(header.slice('Basic '.length), 'base64').toString()) ?? [];
  const user = portal.store.userNamed(userName);
  return user && !user.disabled && passwordMatches(user, { password }) ? { user } : undefined;
}

function cookieOf(request: FastifyRequest): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, ...value] = pair.trim().split('=');
    if (name === AUTH_COOKIE) return decodeURIComponent(value.join('='));
  }
  return undefined;
}

/** Whether an API key may use the files API this way; callers without a key may do what their user may. */
export function hasScope(caller: Caller | undefined, method: string): boolean {
  const permissions = caller?.key?.permissions;
  if (permissions === undefined || permissions.includes('*') || permissions.includes('*:write')) return true;
  const reads = method === 'GET' || method === 'HEAD';
  const wanted = reads ? ['*:read', 'files:read', 'files:write'] : ['files:write'];
  return wanted.some((permission) => permissions.includes(permission));
}
