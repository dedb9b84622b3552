import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../problem/refusal.ts';
import type { GatewaySettings, Scope } from '../settings.ts';
import type { Grant, Grants } from './grants.ts';
import { refuseCrossSite } from './same-origin.ts';
import { sessionOf } from './session-cookie.ts';
import type { Sessions } from './sessions.ts';

/** Who may use a route: everybody, everybody with a token, or a token with a scope. */
export type Access = 'open' | 'token' | Scope;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A route that says nothing is refused to everybody. */
    access?: Access;
  }
  interface FastifyRequest {
    grant: Grant | undefined;
  }
}

export interface AuthParts {
  readonly grants: Grants;
  readonly sessions: Sessions;
  readonly settings: Pick<GatewaySettings, 'publicUrl'>;
}

/** Denies by default: a request goes on only where its route is open, or its token has the scope that the route names. */
export function addAuthentication(app: FastifyInstance, parts: AuthParts): void {
  app.decorateRequest('grant', undefined);
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config;
    if (access === 'open') return;
    const grant = grantFor(request, parts);
    if (grant === undefined) {
      throw new Refusal('token-needed', request.headers.authorization === undefined ? 'No token came with the request.' : 'The token is not known here.', {
        advice: 'Send "Authorization: Bearer …" with a token of the section gateway: of the config.',
        headers: { 'www-authenticate': 'Bearer realm="filesource"' },
      });
    }
    request.grant = grant;
    if (access === 'token' || request.is404) return;
    if (access === undefined || !grant.scopes.has(access)) {
      throw new Refusal('scope-needed', `The token ${grant.name} has not the scope ${access ?? 'for this'}.`, { advice: 'Add the scope to the token in the config, or use another token.' });
    }
  });
}

/** A token in the header counts before a cookie, and does not fall back to it. */
function grantFor(request: FastifyRequest, { grants, sessions, settings }: AuthParts): Grant | undefined {
  const { authorization, cookie } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer +([^\s]+) *$/i.exec(authorization)?.[1];
    return token === undefined ? undefined : grants.find(token);
  }
  const session = sessionOf(cookie);
  const grant = session === undefined ? undefined : sessions.find(session);
  if (grant !== undefined) refuseCrossSite(request, settings.publicUrl);
  return grant;
}

/** Who asks; throws where nobody was let in. */
export function grantOf(request: FastifyRequest): Grant {
  if (request.grant === undefined) throw new Refusal('token-needed', 'No token came with the request.');
  return request.grant;
}
