import { createHash, timingSafeEqual } from 'node:crypto';
import type { Scope, TokenSettings } from '../settings.ts';

/** What somebody may do. */
export interface Grant {
  /** The name of the token. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  mayUse(source: string): boolean;
}

/** The grants of the configured tokens. */
export class Grants {
  readonly #known: readonly { readonly digest: Buffer; readonly grant: Grant }[];

  constructor(tokens: readonly TokenSettings[]) {
    this.#known = tokens.map((settings) => ({ digest: digestOf(settings.token.reveal()), grant: grantOf(settings) }));
  }

  /**
   * The grant of a token.
   * - Every known token is compared, each in constant time over digests: how long it takes tells nothing about a token.
   */
  find(token: string): Grant | undefined {
    const digest = digestOf(token);
    let found: Grant | undefined;
    for (const known of this.#known) if (timingSafeEqual(known.digest, digest)) found = known.grant;
    return found;
  }
}

export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

function grantOf({ name, sources, scopes }: TokenSettings): Grant {
  const names = new Set(sources);
  return { name, scopes: new Set(scopes), mayUse: (source) => names.has('*') || names.has(source) };
}
