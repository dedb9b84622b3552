import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { sendBytes } from '../http/index.ts';
import type { Portal } from './portal.ts';
import type { AimCounter } from './quirks.ts';

/** Where the store keeps its objects. */
export const STORAGE_PREFIX = '/sandbox/';

const refusals = {
  forged: ['SignatureDoesNotMatch', 'The request signature does not match'],
  expired: ['AccessDenied', 'Request has expired'],
} as const;

/** A store as behind presigned addresses: the signature is the only credential it takes, any other is refused. */
export function addStorage(app: FastifyInstance, portal: Portal, aims: AimCounter): void {
  app.get(`${STORAGE_PREFIX}:key`, async (request, reply) => {
    const key = (request.params as { key: string }).key;
    const query = request.query as Record<string, string | undefined>;
    const refuse = (status: number, code: string, message: string): unknown => sendError(reply, status, code, message);
    if (request.headers.authorization !== undefined) return refuse(400, 'InvalidArgument', 'Only one auth mechanism allowed');
    if (request.headers.cookie !== undefined) return refuse(400, 'InvalidArgument', 'Cookies are not accepted');
    const verdict = portal.links.checkStorage(key, query);
    if (verdict !== 'good') return storageRefusal(reply, verdict);
    const object = portal.storage.get(key);
    if (object === undefined) return refuse(404, 'NoSuchKey', 'The specified key does not exist');
    const fault = aims.hit(portal.quirks.transfers, request.method, request.url)?.fault;
    reply.raw.setHeader('content-disposition', query['response-content-disposition'] ?? 'attachment');
    return sendBytes(reply, object.bytes, {
      mediaType: query['response-content-type'] ?? 'application/octet-stream',
      etag: `"${createHash('md5').update(object.bytes).digest('hex')}"`,
      withoutLength: portal.quirks.noContentLength,
      ...(fault && { fault }),
    });
  });
}

/** The answer to a presigned address that is not, or no longer, good. */
export function storageRefusal(reply: FastifyReply, reason: keyof typeof refusals): FastifyReply {
  const [code, message] = refusals[reason];
  return sendError(reply, 403, code, message);
}

function sendError(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply
    .code(status)
    .type('application/xml')
    .send(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}
