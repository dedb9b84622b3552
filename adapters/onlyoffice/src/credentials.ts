import type { Redactor, Secret } from '@filesource/core';

/** What proves who is calling; one object per token, so that a refused one is known again. */
export interface Proof {
  readonly headers: Readonly<Record<string, string>>;
}

export interface Credentials {
  /** The proof for the next request; logs in where that is needed. */
  proof(signal: AbortSignal | undefined): Promise<Proof>;
  /** Tells that the portal refused this proof; true when there will be another. */
  reject(proof: Proof): boolean;
  close(): Promise<void>;
}

/** `Bearer` is understood by both generations for every kind of token. */
export function bearer(token: string): Proof {
  return { headers: { authorization: `Bearer ${token.trim().replace(/^Bearer\s+/i, '')}` } };
}

/** An API key or a token, which nothing can renew. */
export function createFixedCredentials(secret: Secret, redactor: Redactor): Credentials {
  redactor.add(secret);
  const proof = bearer(secret.reveal());
  return { proof: async () => proof, reject: () => false, close: async () => undefined };
}
