import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface GuardOptions {
  readonly token: string;
  /** Host names, without ports, by which this server is called. */
  readonly hosts: readonly string[];
  /** Web pages that may call it; others and unknown ones are refused. */
  readonly origins: readonly string[];
}

/** Why a request is refused. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly message: string;
}

/** Looks at the headers of a request before anything else is read: host and origin against DNS rebinding, then the bearer token. */
export function createGuard({ token, hosts, origins }: GuardOptions): (request: IncomingMessage) => Refusal | undefined {
  const wanted = digest(token);
  return ({ headers }) => {
    if (!hosts.includes(hostNameOf(headers.host))) return { status: 403, message: 'This host name is not one of this server\'s.' };
    if (headers.origin !== undefined && !origins.includes(headers.origin)) return { status: 403, message: 'Web pages of this origin may not call this server.' };
    const [, given] = /^Bearer +([^\s]+)$/i.exec(headers.authorization ?? '') ?? [];
    if (given === undefined || !timingSafeEqual(digest(given), wanted)) return { status: 401, message: 'This server needs its bearer token.' };
    return undefined;
  };
}

/** As the `hosts` of a guard name them. */
export function hostNameOf(host: string | undefined): string {
  try {
    return host === undefined || /[/@?#\\]/.test(host) ? '' : new URL(`http://${host}`).hostname;
  } catch {
    return '';
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
