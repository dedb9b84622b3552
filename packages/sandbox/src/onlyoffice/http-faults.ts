import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Portal } from './portal.ts';
import type { AimCounter, HttpFault } from './quirks.ts';

const BARE = new Set([401, 402, 403, 429]);

/** Answers with a fault where the quirk `httpStatus` aims at the request, before anything else looks at it. */
export function addHttpFaults(app: FastifyInstance, portal: Portal, aims: AimCounter): void {
  app.addHook('onRequest', async (request, reply) => {
    const fault = aims.hit(portal.quirks.httpStatus, request.method, request.url);
    if (fault === undefined) return undefined;
    if (fault.status === 0) {
      reply.hijack();
      request.raw.socket.destroy();
      return reply;
    }
    return sendFault(reply, fault, portal.settings.now());
  });
}

function sendFault(reply: FastifyReply, fault: HttpFault, now: number): FastifyReply {
  const { retryAfter } = fault;
  reply.code(fault.status);
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter instanceof Date ? retryAfter.toUTCString() : String(retryAfter));
  if (fault.rateLimitHeaders ?? fault.status === 429) {
    const seconds = typeof retryAfter === 'number' ? retryAfter : 60;
    reply.headers({ 'x-ratelimit-limit': '1500', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(now / 1000) + seconds) });
  }
  const message = fault.message ?? `Sandbox fault ${fault.status}`;
  const error = { message, type: 'System.Exception', stack: '   at Sandbox', hresult: -2146233088 };
  const envelope = JSON.stringify({ error, status: 1, statusCode: fault.status });
  const body = fault.body ?? (BARE.has(fault.status) ? 'empty' : 'envelope');
  if (body === 'empty') return reply.send('');
  if (body === 'html') {
    const page = `<html>\r\n<head><title>${fault.status}</title></head>\r\n<body><center><h1>${message}</h1></center></body>\r\n</html>\r\n`;
    return reply.type('text/html').send(page);
  }
  return reply.type('application/json; charset=utf-8').send(body === 'envelope' ? envelope : envelope.slice(0, envelope.length / 2));
}
