import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readPageAssets, type PageAsset } from './page-assets.ts';

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  vary: 'accept-encoding',
} as const;

/**
 * Serves the page for people: `GET /` and its files below `/page/`.
 * - Nobody has to be signed in for it; it holds no data, and asks the API for everything.
 * - Files are named by the hash of their content and kept by browsers for good; `/` is asked for each time.
 * - Throws `unexpected` when the page has not been built.
 */
export function registerPage(app: FastifyInstance): void {
  const { html, hash, files } = readPageAssets();
  app.get('/', (request, reply) => send(request, reply, html, 'no-cache'));
  app.get<{ Params: { readonly hash: string; readonly '*': string } }>('/page/:hash/*', (request, reply) => {
    const file = request.params.hash === hash ? files.get(request.params['*']) : undefined;
    if (file === undefined) return reply.callNotFound();
    return send(request, reply, file, 'public, max-age=31536000, immutable');
  });
}

function send(request: FastifyRequest, reply: FastifyReply, { mediaType, bytes, gzipped }: PageAsset, caching: string): FastifyReply {
  const wantsGzip = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  reply.headers(headers).header('cache-control', caching).type(mediaType);
  if (wantsGzip) reply.header('content-encoding', 'gzip');
  return reply.send(wantsGzip ? gzipped : bytes);
}
