import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasScope, identify } from './auth.ts';
import { type Call, createCall, originOf, queryOf, type Route } from './call.ts';
import { docSpaceEnvelope } from './envelope-docspace.ts';
import type { Answer, AnswerContext, Envelope } from './envelope.ts';
import { workspaceEnvelope } from './envelope-workspace.ts';
import type { Portal } from './portal.ts';
import { BareStatus, ValidationError } from './vendor-error.ts';

const FILES = '/api/2.0/files';

export function addRoutes(app: FastifyInstance, portal: Portal, routes: readonly Route[]): void {
  for (const route of routes) {
    if (route.only !== undefined && route.only !== portal.settings.generation) continue;
    const urls = portal.settings.generation === 'workspace' && !/:\w+$/.test(route.path) ? [route.path, `${route.path}.json`] : [route.path];
    for (const url of urls) {
      app.route({
        method: route.method,
        url,
        handler: async (request, reply) => {
          const value = await route.handle(admit(portal, route, request, reply));
          return sendAnswer(reply, envelopeOf(portal).success(value, contextOf(portal, request, route.streamed ?? false)));
        },
      });
    }
  }
}

/** Who may come in, by the rules of the generation; throws what is answered to those who may not. */
function admit(portal: Portal, route: Route, request: FastifyRequest, reply: FastifyReply): Call {
  portal.operations.advance();
  const { caller, headers } = identify(portal, request);
  const open = route.open === 'always' || route.open === portal.settings.generation;
  if (caller === undefined && !open) throw new BareStatus(401, headers);
  if (headers['set-cookie'] !== undefined) reply.header('set-cookie', headers['set-cookie']);
  if (route.path.startsWith(FILES) && !hasScope(caller, request.method)) throw new BareStatus(403);
  return createCall(portal, request, reply, caller);
}

export function envelopeOf(portal: Portal): Envelope {
  return portal.settings.generation === 'docspace' ? docSpaceEnvelope : workspaceEnvelope;
}

export function contextOf(portal: Portal, request: FastifyRequest, streamed = false): AnswerContext {
  const { fields } = queryOf(request);
  return {
    method: request.method,
    href: `${originOf(portal, request)}${request.url}`,
    linksInEnvelope: portal.quirks.linksInEnvelope,
    streamed,
    ...(fields !== undefined && fields !== '' && { fields }),
  };
}

export function sendAnswer(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

/** Turns everything thrown into what the server answers. */
export function handleErrors(app: FastifyInstance, portal: Portal): void {
  app.setErrorHandler(async (error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof BareStatus) {
      const challenged = error.statusCode === 401 && portal.settings.generation === 'workspace';
      if (challenged) reply.type('text/plain');
      return reply.code(error.statusCode).headers(error.headers).send(challenged ? 'Unauthorized' : '');
    }
    if (error.statusCode === 415) return reply.code(415).send('');
    const known = error instanceof SyntaxError ? new ValidationError({ $: ['The JSON value could not be converted.'] }) : error;
    return sendAnswer(reply, envelopeOf(portal).failure(known, contextOf(portal, request)));
  });
  app.setNotFoundHandler(async (_request, reply) => reply.code(404).send(''));
}
