import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseEveryBodyAsJson } from '../http/index.ts';
import { answerRequest } from './answer-request.ts';
import { encodeEnvelope } from './envelope.ts';
import { sendLoginPage, sendStatusPage } from './http-faults.ts';
import type { World } from './world.ts';

export const API_PATH = '/api/stable/api.php';
const BETA_API_PATH = '/api/latest/api.php';

export function addApiRoutes(app: FastifyInstance, world: World): void {
  parseEveryBodyAsJson(app);
  for (const path of [API_PATH, BETA_API_PATH]) {
    app.post(path, (request, reply) => answer(request, reply, world));
    app.get(path, (_request, reply) => sendStatusPage(reply.header('allow', 'POST'), 405));
  }
}

async function answer(request: FastifyRequest, reply: FastifyReply, world: World): Promise<FastifyReply> {
  const { quirks, occasions } = world;
  if (quirks.delayMs > 0) await sleep(quirks.delayMs);
  if (occasions.due('dropConnection', quirks.dropConnection)) {
    reply.hijack();
    request.raw.socket.destroy();
    return reply;
  }
  if (quirks.apiRedirect !== false && request.url.startsWith(API_PATH)) return reply.redirect(BETA_API_PATH, quirks.apiRedirect);
  if (quirks.maxBodyBytes > 0 && Number(request.headers['content-length'] ?? 0) > quirks.maxBodyBytes) return sendStatusPage(reply, 413);
  const { httpStatus } = quirks;
  if (httpStatus !== false && occasions.due('httpStatus', httpStatus)) return sendStatusPage(reply, httpStatus.status, httpStatus.retryAfter);
  if (occasions.due('htmlAnswer', quirks.htmlAnswer)) return sendLoginPage(reply);

  const result = answerRequest(request.body, world);
  const json = encodeEnvelope(result, quirks);
  if (quirks.errorHttpStatus === 'as-code') void reply.code(result.status.code);
  void reply.type('application/json; charset=utf-8');
  if (occasions.due('emptyBody', quirks.emptyBody)) return reply.send('');
  return reply.send(occasions.due('halfJson', quirks.halfJson) ? json.slice(0, json.length / 2) : json);
}
