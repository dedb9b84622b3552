import { FileSourceError } from '@filesource/core';
import { matchesHost, parseHostPattern, patternOfUrl, type HostPattern } from '../host-pattern.ts';
import { parseUrl } from '../parse-url.ts';
import type { Policy } from '../policy.ts';

/** Sends only to hosts that the request allows, only over HTTP, and never with a user name in the URL. */
export function allowedHostsPolicy(): Policy {
  return {
    name: 'allowed-hosts',
    async send(request, next) {
      const url = parseUrl(request.url);
      if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused(`${url.protocol} is not HTTP`);
      if (url.username !== '' || url.password !== '') throw refused(`the URL on ${url.host} carries a user name or password`);
      if (![...patternsOf(request.allowedHosts, url), ...(request.publicHosts ?? []).map(parseHostPattern)].some((pattern) => matchesHost(pattern, url))) {
        throw refused(`the host ${url.host} is not allowed`, 'If the link is to be trusted, add the host to allowHosts of the source.');
      }
      return next(url.href === request.url ? request : { ...request, url: url.href });
    },
  };
}

/** The hosts that a request may go to, but for those that it takes for public ones. */
export function patternsOf(allowedHosts: readonly string[] | undefined, url: URL): readonly HostPattern[] {
  return allowedHosts === undefined ? [patternOfUrl(url)] : allowedHosts.map(parseHostPattern);
}

function refused(message: string, advice?: string): FileSourceError {
  return new FileSourceError('host-refused', message, advice === undefined ? {} : { advice });
}
