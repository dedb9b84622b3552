import type { FastifyReply } from 'fastify';
import { escapeHtml } from './html.ts';

/** What a proxy in front of the application says. */
export function sendStatusPage(reply: FastifyReply, status: number, retryAfter?: number | Date): FastifyReply {
  if (retryAfter !== undefined) void reply.header('retry-after', typeof retryAfter === 'number' ? String(retryAfter) : retryAfter.toUTCString());
  return sendHtml(reply.code(status), `<html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>\n`);
}

export function sendLoginPage(reply: FastifyReply): FastifyReply {
  return sendHtml(reply.code(200), `<!DOCTYPE html>\n<html lang="de"><head><title>${escapeHtml('onOffice enterprise – Login')}</title></head><body><h1>Login</h1></body></html>\n`);
}

export function sendHtml(reply: FastifyReply, html: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').header('x-content-type-options', 'nosniff').send(html);
}
