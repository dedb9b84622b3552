import { FileSourceError } from '@filesource/core';

/** What of a URL is looked at; a `URL` is one. Fields, since each look at one of a `URL` cuts a text. */
export interface WebUrl {
  readonly href: string;
  readonly origin: string;
  readonly protocol: string;
  readonly username: string;
  readonly password: string;
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  readonly pathname: string;
  readonly search: string;
}

/** The files of a folder mostly lie on one server: what stands before their paths was parsed for the first one. */
const knownStarts = new Map<string, WebUrl>();
const mostKnownStarts = 100;
/** A path and a query that parsing leaves as they are. */
const plainRest = /^[\w.~!$&()*+,;=:@%/-]*(?:\?[\w.~!$&()*+,;=:@%/?-]*)?$/;
const dotSegment = /(?:^|\/)(?:\.|%2e){1,2}(?:[/?]|$)/i;

/** Every policy of an exchange looks at the same URL, one after the other. */
let last: { readonly text: string; readonly url: WebUrl } | undefined;

/** Throws `invalid-argument` without quoting the text, which may hold a signature. What it returns is shared: nobody may change it. */
export function parseUrl(text: string): WebUrl {
  if (last?.text === text) return last.url;
  const url = urlBelowKnown(text) ?? urlOf(text);
  last = { text, url };
  return url;
}

function urlBelowKnown(text: string): WebUrl | undefined {
  const pathAt = text.indexOf('/', 'https://'.length);
  const rest = text.slice(pathAt + 1);
  if (pathAt === -1 || !plainRest.test(rest) || dotSegment.test(rest)) return undefined;
  const start = startOf(text.slice(0, pathAt + 1));
  if (start === undefined) return undefined;
  const { origin, protocol, username, password, host, hostname, port } = start;
  const queryAt = text.indexOf('?', pathAt);
  const search = queryAt === -1 || queryAt === text.length - 1 ? '' : text.slice(queryAt);
  return { href: text, origin, protocol, username, password, host, hostname, port, pathname: queryAt === -1 ? text.slice(pathAt) : text.slice(pathAt, queryAt), search };
}

/** `https://host/`, where that is how it is written in full; `undefined` for everything else. */
function startOf(text: string): WebUrl | undefined {
  const known = knownStarts.get(text);
  if (known !== undefined || !URL.canParse(text)) return known;
  const url = urlOf(text);
  if (!/^https?:$/.test(url.protocol) || `${url.origin}/` !== text) return undefined;
  if (knownStarts.size >= mostKnownStarts) knownStarts.clear();
  knownStarts.set(text, url);
  return url;
}

function urlOf(text: string): WebUrl {
  if (!URL.canParse(text)) throw new FileSourceError('invalid-argument', 'a request needs an absolute URL');
  const { href, origin, protocol, username, password, host, hostname, port, pathname, search } = new URL(text);
  return { href, origin, protocol, username, password, host, hostname, port, pathname, search };
}
