/**
 * What went wrong, in terms a caller can act on. `docs/errors.md` explains each kind; a test holds the two together.
 */
export const errorKinds = [
  'not-found',
  'permission-denied',
  'unauthenticated',
  'rate-limited',
  'quota-exceeded',
  'link-expired',
  'host-refused',
  'conflict',
  'truncated',
  'corrupt',
  'too-large',
  'range-not-satisfiable',
  'unsupported',
  'invalid-argument',
  'config-invalid',
  'vendor-protocol',
  'vendor-failure',
  'network',
  'timeout',
  'aborted',
  'target-failed',
  'unexpected',
] as const;

export type ErrorKind = (typeof errorKinds)[number];

/**
 * - `permanent`: repeating the call gives the same answer.
 * - `temporary`: the same call may succeed later.
 * - `persistent`: was temporary, but retries did not help.
 */
export type ErrorStatus = 'permanent' | 'temporary' | 'persistent';

const temporaryKinds: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['rate-limited', 'vendor-failure', 'network', 'timeout', 'truncated', 'link-expired']);

/** The status that a kind has when the thrower does not say otherwise. */
export function defaultStatus(kind: ErrorKind): ErrorStatus {
  return temporaryKinds.has(kind) ? 'temporary' : 'permanent';
}
