import type { FastifyRequest } from 'fastify';
import { Refusal } from '../problem/refusal.ts';

/**
 * Refuses what another site makes a browser send with our cookie: throws `cross-site`.
 * - A browser says where a request comes from, by `Sec-Fetch-Site` or `Origin`; one that says neither is refused.
 */
export function refuseCrossSite(request: FastifyRequest, publicUrl: string | undefined): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const { origin, host, 'sec-fetch-site': site } = request.headers;
  const isOurs = origin === undefined ? site === 'same-origin' : isOwnOrigin(origin, host, publicUrl) && (site === undefined || site === 'same-origin');
  if (isOurs) return;
  throw new Refusal('cross-site', 'A session of the page is good for requests of the page only.', { advice: 'Send the token as "Authorization: Bearer …".' });
}

function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string | undefined): boolean {
  if (publicUrl !== undefined) return origin === new URL(publicUrl).origin;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host;
}
