import { protocolError } from './errors.ts';
import type { WireRecord } from './schemas.ts';

/** The address of a download page: `elements` holds it as a text, in an array, or in an object. */
export function pageUrlOf(records: readonly WireRecord[]): string {
  for (const { elements } of records) {
    for (const text of textsIn(elements)) if (isWebUrl(text)) return text;
  }
  throw protocolError('it holds no link');
}

/** The link to a file of an appointment. */
export function fileUrlOf(url: string | null): string {
  if (url === null) throw protocolError('it lacks the link to the file');
  if (!isWebUrl(url)) throw protocolError('its link to the file is no web address');
  return url;
}

/** Hosts that a link may lead to, as the HTTP port wants them. */
export interface LinkHosts {
  /** Those of the config, which may be inside of a private network: that of the API on any port, and `allowHosts`. */
  readonly allowedHosts: readonly string[];
  /** The vendor's own, which are public. */
  readonly publicHosts: readonly string[];
}

export function linkHosts(apiUrl: string, allowHosts: readonly string[]): LinkHosts {
  return { allowedHosts: [new URL(apiUrl).hostname, ...allowHosts], publicHosts: ['onoffice.de', '*.onoffice.de'] };
}

function textsIn(elements: unknown, depth = 0): readonly string[] {
  if (typeof elements === 'string') return [elements];
  if (typeof elements !== 'object' || elements === null || depth > 2) return [];
  return Object.values(elements).flatMap((value: unknown) => textsIn(value, depth + 1));
}

/** The files of a record lie on one server, and whatever follows the address of a server is a URL. */
let knownServer: string | undefined;

function isWebUrl(text: string): boolean {
  if (knownServer !== undefined && text.startsWith(knownServer)) return true;
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  knownServer = `${new URL(text).origin}/`;
  return true;
}
