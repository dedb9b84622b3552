import { FileSourceError, promised, type HttpRequest } from '@filesource/core';
import { matchesAny, matchesHost, patternOfUrl } from '../host-pattern.ts';
import { parseUrl, type WebUrl } from '../parse-url.ts';
import type { Policy } from '../policy.ts';

/** Sends only to hosts that the request allows, only over HTTP, and never with a user name in the URL. */
export function allowedHostsPolicy(): Policy {
  return {
    name: 'allowed-hosts',
    send: (request, next) => promised(() => next(checked(request))),
  };
}

function checked(request: HttpRequest): HttpRequest {
  const url = parseUrl(request.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused(`${url.protocol} is not HTTP`);
  if (url.username !== '' || url.password !== '') throw refused(`the URL on ${url.host} carries a user name or password`);
  if (!isAllowed(request, url)) {
    throw refused(`the host ${url.host} is not allowed`, 'If the link is to be trusted, add the host to allowHosts of the source.');
  }
  return url.href === request.url ? request : { ...request, url: url.href };
}

/** Without a copy or a list of patterns, since every file passes here; both lists are read to their ends, and with them what is no pattern. */
function isAllowed({ allowedHosts, publicHosts }: HttpRequest, url: WebUrl): boolean {
  const isNamed = allowedHosts === undefined ? matchesHost(patternOfUrl(url), url) : matchesAny(allowedHosts, url);
  const isPublic = publicHosts !== undefined && matchesAny(publicHosts, url);
  return isNamed || isPublic;
}

function refused(message: string, advice?: string): FileSourceError {
  return new FileSourceError('host-refused', message, advice === undefined ? {} : { advice });
}
