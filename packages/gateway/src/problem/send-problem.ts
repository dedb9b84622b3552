import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger, Redactor } from '@filesource/core';
import { isErrorLike } from './error-like.ts';
import { problemOf } from './problem.ts';

export const problemMediaType = 'application/problem+json';

/** Answers every error of the app as a problem, and tells the log of those that are the gateway's own. */
export function handleErrors(app: FastifyInstance, { logger, redactor }: { readonly logger: Logger; readonly redactor: Redactor }): void {
  app.setErrorHandler((error, request, reply) => {
    const { problem, headers, isOurFault } = problemOf(error, request.id, redactor);
    if (isOurFault) {
      logger.log('error', 'gateway.error', { requestId: request.id, kind: problem.kind, ...(isErrorLike(error) ? { message: redactor.redact(error.message), stack: redactor.redact(error.stack ?? '') } : {}) });
    }
    return send(request, reply, problem, headers);
  });
}

function send(request: FastifyRequest, reply: FastifyReply, problem: { readonly status: number }, headers: Readonly<Record<string, string>>): FastifyReply {
  // What a handler had set for its own answer says nothing about this one.
  for (const name of Object.keys(reply.getHeaders())) if (/^(content-|etag|accept-ranges|cache-control|last-modified|location)/.test(name)) reply.removeHeader(name);
  // A body that was not read to its end would be taken for the next request.
  if (!request.raw.readableEnded && hasBody(request)) void reply.header('connection', 'close');
  return reply.code(problem.status).headers(headers).header('content-type', problemMediaType).send(JSON.stringify(problem));
}

function hasBody({ headers }: FastifyRequest): boolean {
  return (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined;
}
