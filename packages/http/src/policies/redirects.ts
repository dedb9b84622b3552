import { extended, FileSourceError, redactUrl, type HttpRequest, type HttpResponse } from '@filesource/core';
import { formatHostPattern, hostOf, patternOfUrl } from '../host-pattern.ts';
import { parseUrl, type WebUrl } from '../parse-url.ts';
import type { Policy } from '../policy.ts';

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const callerHeaders: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);

/**
 * Follows up to `maxRedirects`; the policies below check every hop.
 * - Credentials go to the origin of the first URL only, and not again after they were dropped once.
 * - A call that carries a body, or does more than read, is never repeated for another origin.
 * - From https to plain http only on the same host.
 */
export function redirectsPolicy(): Policy {
  return {
    name: 'redirects',
    async send(request, next) {
      const most = request.maxRedirects ?? 0;
      let hop: HttpRequest = request.allowedHosts === undefined ? extended(request, { allowedHosts: formatHostPattern(patternOfUrl(parseUrl(request.url))) }) : request;
      // Made for the first redirect: most requests have none.
      let seen: Set<string> | undefined;
      for (let followed = 0; ; followed += 1) {
        const response = await next(hop);
        const location = response.headers['location'];
        if (most === 0 || location === undefined || !redirectStatuses.has(response.status)) return response;
        response.body.on('error', () => undefined);
        response.body.destroy();
        if (followed >= most) throw new FileSourceError('vendor-protocol', `more than ${most} redirects`);
        seen ??= new Set();
        seen.add(`${hop.method} ${hop.url}`);
        hop = nextHop(hop, response, location);
        if (seen.has(`${hop.method} ${hop.url}`)) throw new FileSourceError('vendor-protocol', `redirects lead in a circle, by way of ${redactUrl(hop.url)}`);
      }
    },
  };
}

function nextHop(request: HttpRequest, response: HttpResponse, location: string): HttpRequest {
  const from = parseUrl(request.url);
  const to = targetOf(location, from);
  const sameOrigin = to.origin === from.origin;
  if (from.protocol === 'https:' && to.protocol === 'http:' && hostOf(to) !== hostOf(from)) {
    throw new FileSourceError('host-refused', `a redirect leads from https to plain http on another host, ${to.host}`);
  }
  const { body, credentials, headers = {}, ...rest } = request;
  const becomesGet = (response.status === 303 && request.method !== 'HEAD') || (request.method === 'POST' && (response.status === 301 || response.status === 302));
  const method = becomesGet ? 'GET' : request.method;
  const keptBody = becomesGet ? undefined : body;
  if (!sameOrigin && (keptBody !== undefined || (method !== 'GET' && method !== 'HEAD'))) {
    throw new FileSourceError('host-refused', `a redirect would repeat a ${method} on another host, ${to.host}`);
  }
  return {
    ...rest,
    method,
    url: to.href,
    headers: keepHeaders(headers, (name) => !(becomesGet && name.startsWith('content-')) && (sameOrigin || !callerHeaders.has(name))),
    ...(keptBody === undefined ? {} : { body: keptBody }),
    ...(sameOrigin && credentials !== undefined ? { credentials } : {}),
  };
}

function targetOf(location: string, from: WebUrl): URL {
  try {
    const to = new URL(location, from.href);
    to.hash = '';
    return to;
  } catch {
    throw new FileSourceError('vendor-protocol', 'a redirect leads to what is not a URL');
  }
}

function keepHeaders(headers: Readonly<Record<string, string>>, keep: (lowerName: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => keep(name.toLowerCase())));
}
