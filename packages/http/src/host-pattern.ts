import { FileSourceError } from '@filesource/core';
import ipaddr from 'ipaddr.js';
import type { WebUrl } from './parse-url.ts';

/** A host that requests may go to. `ports` is `undefined` when any port will do. */
export interface HostPattern {
  readonly name: string;
  readonly wildcard: boolean;
  readonly ports: ReadonlySet<string> | undefined;
}

const mostKnown = 1000;
const known = new Map<string, HostPattern>();

/**
 * Parses `name`, `name:port`, `*.name`, `*.name:port`; IPv6 in brackets when a port follows.
 * - Throws `invalid-argument` for what no host can match.
 */
export function parseHostPattern(text: string): HostPattern {
  const before = known.get(text);
  if (before !== undefined) return before;
  const pattern = readHostPattern(text);
  // Every request is held against the same few.
  if (known.size >= mostKnown) known.clear();
  known.set(text, pattern);
  return pattern;
}

function readHostPattern(text: string): HostPattern {
  const wildcard = text.startsWith('*.');
  const rest = wildcard ? text.slice(2) : text;
  const bareIpv6 = !rest.startsWith('[') && rest.split(':').length > 2;
  const [, host = '', port] = bareIpv6 ? [rest, `[${rest}]`] : (/^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(rest) ?? []);
  const name = canonicalHost(host);
  if (name === undefined || (wildcard && isAddress(name)) || (port !== undefined && Number(port) > 65_535)) {
    throw new FileSourceError('invalid-argument', `${JSON.stringify(text)} is not a host pattern`, { advice: 'Write name, name:port or *.name.' });
  }
  return { name, wildcard, ports: port === undefined ? undefined : new Set([String(Number(port))]) };
}

/** The host of a URL alone: its own port, or either default port when it names none. */
export function patternOfUrl(url: WebUrl): HostPattern {
  return { name: hostOf(url), wildcard: false, ports: url.port === '' ? new Set(['80', '443']) : new Set([url.port]) };
}

/** The pattern as text, as many as it takes: one for each port. */
export function formatHostPattern(pattern: HostPattern): readonly string[] {
  const name = `${pattern.wildcard ? '*.' : ''}${pattern.name}`;
  return pattern.ports === undefined ? [name] : [...pattern.ports].map((port) => `${name}:${port}`);
}

/** Whether a URL's host matches; `*.name` matches every name below `name`, never `name` itself and never an address. */
export function matchesHost(pattern: HostPattern, url: WebUrl): boolean {
  if (pattern.ports !== undefined && !pattern.ports.has(portOf(url))) return false;
  const host = hostOf(url);
  if (!pattern.wildcard) return host === pattern.name;
  // No address ends like this: a pattern whose name is one, or the end of one, was refused.
  return host.endsWith(`.${pattern.name}`);
}

/** Whether a URL's host matches one of the patterns, of those that `counts`. Throws `invalid-argument` when one of them is none, even after a match. */
export function matchesAny(texts: readonly string[], url: WebUrl, counts: (pattern: HostPattern) => boolean = () => true): boolean {
  let matches = false;
  for (const text of texts) {
    const pattern = parseHostPattern(text);
    matches ||= counts(pattern) && matchesHost(pattern, url);
  }
  return matches;
}

/** The host name of a URL in the one form that hosts are compared in: lower case, no dot at the end, addresses normalised. */
export function hostOf(url: WebUrl): string {
  const name = url.hostname.toLowerCase();
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/** A host name written by a person, in the same form; `undefined` when it is none. */
function canonicalHost(text: string): string | undefined {
  if (text === '' || /[\s/?#@\\%*]/.test(text)) return undefined;
  try {
    const host = hostOf(new URL(`http://${text}/`));
    return host === '' ? undefined : host;
  } catch {
    return undefined;
  }
}

function portOf(url: WebUrl): string {
  if (url.port !== '') return url.port;
  return url.protocol === 'https:' ? '443' : '80';
}

function isAddress(host: string): boolean {
  return ipaddr.isValid(host.replace(/^\[|\]$/g, ''));
}
