import type { ErrorKind } from '@filesource/core';

interface KindOfProblem {
  readonly status: number;
  readonly title: string;
}

/** What the gateway itself refuses, before a source is asked; `kind` is the kind of core that comes nearest. */
const ownKinds = {
  'token-needed': { kind: 'unauthenticated', status: 401, title: 'A token is needed' },
  'scope-needed': { kind: 'permission-denied', status: 403, title: 'The token does not allow this' },
  'cross-site': { kind: 'permission-denied', status: 403, title: 'The request comes from another site' },
  'unknown-route': { kind: 'not-found', status: 404, title: 'There is nothing at this address' },
  'method-not-allowed': { kind: 'unsupported', status: 405, title: 'The address does not take this method' },
  'request-timeout': { kind: 'timeout', status: 408, title: 'The request took too long to arrive' },
  'not-ready': { kind: 'conflict', status: 409, title: 'The operation has not come that far' },
  'body-too-large': { kind: 'too-large', status: 413, title: 'The body of the request is too large' },
  'media-type-refused': { kind: 'invalid-argument', status: 415, title: 'The body of the request is no JSON' },
  'too-many-operations': { kind: 'rate-limited', status: 429, title: 'Too many operations' },
  'head-too-large': { kind: 'too-large', status: 431, title: 'The head of the request is too large' },
  overloaded: { kind: 'rate-limited', status: 503, title: 'Too many requests at once' },
  'shutting-down': { kind: 'aborted', status: 503, title: 'The gateway is shutting down' },
  'spool-full': { kind: 'target-failed', status: 507, title: 'There is no room for another archive' },
} as const satisfies Record<string, KindOfProblem & { readonly kind: ErrorKind }>;

export type OwnKind = keyof typeof ownKinds;
export type ProblemKind = ErrorKind | OwnKind;

/** The kind of core that a program decides on. */
export function kindOfProblem(kind: ProblemKind): ErrorKind {
  return isOwn(kind) ? ownKinds[kind].kind : kind;
}

function isOwn(kind: ProblemKind): kind is OwnKind {
  return Object.hasOwn(ownKinds, kind);
}

/**
 * Every kind of problem and its HTTP status; the one table.
 * - What the vendor refuses to the gateway's own credentials (`unauthenticated`, `quota-exceeded`) is no fault of the client: 502.
 */
export const problemKinds: Readonly<Record<ProblemKind, KindOfProblem>> = {
  'not-found': { status: 404, title: 'Not found' },
  'permission-denied': { status: 403, title: 'The vendor does not allow this' },
  unauthenticated: { status: 502, title: 'The vendor refuses the credentials of the source' },
  'rate-limited': { status: 429, title: 'The vendor gets too many calls' },
  'quota-exceeded': { status: 502, title: 'The vendor wants to be paid' },
  'link-expired': { status: 502, title: 'The link of the vendor died' },
  'host-refused': { status: 502, title: 'The vendor leads to a host that is not allowed' },
  conflict: { status: 409, title: 'It changed while it was in use' },
  truncated: { status: 502, title: 'Fewer bytes came than were announced' },
  corrupt: { status: 502, title: 'What came is damaged' },
  'too-large': { status: 422, title: 'More bytes than a limit allows' },
  'range-not-satisfiable': { status: 416, title: 'The range is not in the file' },
  unsupported: { status: 422, title: 'The source cannot do this' },
  'invalid-argument': { status: 400, title: 'The request is not right' },
  'config-invalid': { status: 500, title: 'The config of the gateway is wrong' },
  'vendor-protocol': { status: 502, title: 'The answer of the vendor is not what its API gives' },
  'vendor-failure': { status: 502, title: 'The vendor failed' },
  network: { status: 502, title: 'No connection to the vendor' },
  timeout: { status: 504, title: 'The vendor took too long' },
  aborted: { status: 503, title: 'It was broken off' },
  'target-failed': { status: 507, title: 'The disk of the gateway cannot be written' },
  unexpected: { status: 500, title: 'Something unexpected went wrong' },
  ...ownKinds,
};
