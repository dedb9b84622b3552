import type { FastifyReply } from 'fastify';

/** What a proxy in front of the application says. */
export function sendStatusPage(reply: FastifyReply, status: number, retryAfter?: number | Date): FastifyReply {
  if (retryAfter instanceof Date) void reply.header('retry-after', retryAfter.toUTCString());
  else if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter));
  return sendHtml(reply.code(status), `<html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>\n`);
}

export function sendLoginPage(reply: FastifyReply): FastifyReply {
  const head = '<meta charset="utf-8"><title>onOffice enterprise – Login</title>';
  return sendHtml(reply.code(200), `<!DOCTYPE html>\n<html lang="de"><head>${head}</head><body><h1>Login</h1></body></html>\n`);
}

export function sendHtml(reply: FastifyReply, html: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').header('x-content-type-options', 'nosniff').send(html);
}
