import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { attachment, inertHeaders } from './content-headers.ts';

export interface Bytes {
  /** Nothing for an answer to HEAD. */
  readonly body: Readable | undefined;
  readonly size: number | null;
  /** Where the body starts in how many bytes; nothing where it is all of them. */
  readonly part?: { readonly offset: number; readonly totalSize: number };
  readonly name: string | null;
  readonly fallbackName: string;
  readonly mediaType: string | null;
  readonly etag: string | undefined;
  readonly takesRanges: boolean;
}

/**
 * Answers with bytes to save, and nothing to look at: what a vendor sends is never shown as a page of the gateway.
 * - A body that fails breaks the connection, so that nobody takes a part for the whole.
 */
export function sendBytes(reply: FastifyReply, bytes: Bytes): FastifyReply {
  const { body, size, part, name, fallbackName, mediaType, etag, takesRanges } = bytes;
  void reply
    .code(part === undefined ? 200 : 206)
    .headers(inertHeaders)
    .header('content-disposition', attachment(name, fallbackName))
    .header('accept-ranges', takesRanges ? 'bytes' : 'none')
    .header('cache-control', 'private, no-cache')
    .header('content-type', typeOf(mediaType));
  if (etag !== undefined) void reply.header('etag', etag);
  if (size !== null) void reply.header('content-length', size);
  if (part !== undefined && size !== null) void reply.header('content-range', `bytes ${part.offset}-${part.offset + size - 1}/${part.totalSize}`);
  return reply.send(body);
}

/** A vendor's type as it came, if it is one at all and fits into a line. */
function typeOf(mediaType: string | null): string {
  return mediaType !== null && mediaType.length <= 200 && /^[\w.+-]+\/[\w.+-]+([ \t]*;[ \t]*[\w-]+=("[\w .+/-]*"|[\w.+-]+))*$/.test(mediaType) ? mediaType : 'application/octet-stream';
}
