import contentDisposition from 'content-disposition';
import type { FastifyReply } from 'fastify';
import { parseByteRange } from './byte-range.ts';

/** What goes wrong on the way, counted in bytes of the answer's body. */
export type TransferFault =
  /** The connection breaks after so many bytes. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** The server goes silent after so many bytes and keeps the connection. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** Only so many bytes come, and Content-Length agrees: a shortened file that looks whole. */
  | { readonly kind: 'shorten'; readonly afterBytes: number };

export interface SendBytesOptions {
  /** Whether a `Range` header is honoured; default true. */
  readonly ranges?: boolean;
  /** For Content-Disposition: attachment. */
  readonly name?: string;
  /** Default application/octet-stream. */
  readonly mediaType?: string;
  /** With the quotes, e.g. `"abc"`. `If-Range` is compared with it. */
  readonly etag?: string;
  readonly lastModified?: Date;
  /** Sends chunked, without Content-Length. */
  readonly withoutLength?: boolean;
  readonly fault?: TransferFault;
}

/** Answers with a file: 200, 206 or 416. Bypasses fastify's reply (hijacks it), so that a fault can break the connection. */
export function sendBytes(reply: FastifyReply, bytes: Buffer, options: SendBytesOptions = {}): FastifyReply {
  const { raw, request } = reply.hijack();
  const ranges = options.ranges ?? true;
  const headers: Record<string, string> = { ...headersSetBefore(reply), 'content-type': options.mediaType ?? 'application/octet-stream' };
  if (options.name !== undefined) headers['content-disposition'] = contentDisposition(options.name);
  if (options.etag !== undefined) headers['etag'] = options.etag;
  if (options.lastModified !== undefined) headers['last-modified'] = options.lastModified.toUTCString();
  if (ranges) headers['accept-ranges'] = 'bytes';

  const range = ranges && sameVersion(request.headers['if-range'], headers) ? parseByteRange(request.headers.range, bytes.length) : undefined;
  if (range === 'unsatisfiable') {
    raw.writeHead(416, { 'accept-ranges': 'bytes', 'content-range': `bytes */${bytes.length}`, 'content-length': '0' }).end();
    return reply;
  }
  if (range !== undefined) headers['content-range'] = `bytes ${range.first}-${range.last}/${bytes.length}`;
  const part = range === undefined ? bytes : bytes.subarray(range.first, range.last + 1);
  const { fault } = options;
  const sent = fault === undefined ? part : part.subarray(0, fault.afterBytes);
  if (options.withoutLength !== true) headers['content-length'] = String(fault?.kind === 'shorten' ? sent.length : part.length);
  raw.writeHead(range === undefined ? 200 : 206, headers);

  const whole = fault === undefined || fault.kind === 'shorten' || fault.afterBytes >= part.length;
  if (request.method === 'HEAD') raw.end();
  else if (whole) raw.end(sent);
  else {
    raw.flushHeaders();
    raw.write(sent);
    // destroySoon lets what is written go out first; the next turn, because Node corks the first write.
    if (fault.kind === 'cut') setImmediate(() => raw.socket?.destroySoon());
  }
  return reply;
}

/** Hijacking would lose what a route has set on the reply. */
function headersSetBefore(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]));
}

function sameVersion(ifRange: string | string[] | undefined, headers: Readonly<Record<string, string>>): boolean {
  return ifRange === undefined || ifRange === headers['etag'] || ifRange === headers['last-modified'];
}
