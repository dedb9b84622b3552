import type { FastifyReply } from 'fastify';
import type { TransferFault } from '../http/index.ts';

export interface Content {
  readonly status: 200 | 206;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly withoutLength: boolean;
  readonly fault?: TransferFault;
}

/** Sends bytes past fastify's reply, so that a fault can break the connection. */
export function sendContent(reply: FastifyReply, { status, headers, body, withoutLength, fault }: Content): FastifyReply {
  const { raw, request } = reply.hijack();
  const sent = fault === undefined ? body : body.subarray(0, fault.afterBytes);
  const length = String(fault?.kind === 'shorten' ? sent.length : body.length);
  raw.writeHead(status, { ...headers, ...(!withoutLength && { 'content-length': length }) });
  const complete = fault === undefined || fault.kind === 'shorten' || sent.length === body.length;
  if (request.method === 'HEAD') raw.end();
  else if (complete) raw.end(sent);
  else {
    raw.flushHeaders();
    raw.write(sent);
    // destroySoon lets what is written go out first; the next turn, because Node corks the first write.
    if (fault.kind === 'cut') setImmediate(() => raw.socket?.destroySoon());
  }
  return reply;
}
