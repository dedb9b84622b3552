import { extended, promised, type HttpRequest } from '@filesource/core';
import { matchesAny, matchesHost, patternOfUrl, type HostPattern } from '../host-pattern.ts';
import { parseUrl } from '../parse-url.ts';
import type { Policy } from '../policy.ts';
import { isPrivateHost } from '../private-address.ts';
import { privateRefused } from '../public-lookup.ts';

/**
 * Decides whether the exchange may reach a private address, and refuses hosts that are one.
 * - By default they are for the hosts that `allowedHosts` names in full: those of the config. A host of `publicHosts` alone is never one.
 * - What a name leads to is known only when it is looked up: `allowPrivate` of the request tells the transport.
 */
export function privateAddressesPolicy(): Policy {
  return {
    name: 'private-addresses',
    send: (request, next) => promised(() => next(decided(request))),
  };
}

function decided(request: HttpRequest): HttpRequest {
  const url = parseUrl(request.url);
  const { allowedHosts } = request;
  const isNamed = allowedHosts === undefined ? matchesHost(patternOfUrl(url), url) : matchesAny(allowedHosts, url, isOneHost);
  const allowPrivate = request.allowPrivate ?? isNamed;
  if (!allowPrivate && isPrivateHost(url.hostname.replace(/\.$/, ''))) throw privateRefused(url.host);
  return request.allowPrivate === allowPrivate ? request : extended(request, { allowPrivate });
}

function isOneHost({ wildcard }: HostPattern): boolean {
  return !wildcard;
}
