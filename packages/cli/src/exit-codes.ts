import type { ErrorKind } from '@filesource/core';

/** What the process ends with; part of the command line's contract. */
export const exitCodes = {
  /** Done, and complete. */
  done: 0,
  failed: 1,
  /** Bad usage, a bad ref, or a bad config: nothing was tried. */
  usage: 2,
  /** Finished, but something that was asked for is missing; the output names it. */
  incomplete: 3,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const usageKinds: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['invalid-argument', 'config-invalid']);

/**
 * The exit code of a command that ended with an error of this kind.
 * - What the vendor refused was tried, so it is a failure and no bad usage.
 */
export function exitCodeOf(error: { readonly kind: ErrorKind; readonly vendorCode?: string; readonly httpStatus?: number }, wasInterrupted: boolean): ExitCode {
  if (wasInterrupted) return exitCodes.interrupted;
  const wasTried = error.vendorCode !== undefined || error.httpStatus !== undefined;
  return usageKinds.has(error.kind) && !wasTried ? exitCodes.usage : exitCodes.failed;
}
