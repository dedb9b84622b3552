import type { ErrorKind, FileSourceError } from '@filesource/core';
import { endsTransfer } from '../local/target-error.ts';

/** What tells nothing of the file itself: the source was closed, the login is of no use any more, a link led elsewhere, this machine took no more. */
const ofOthers: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['aborted', 'unauthenticated', 'host-refused', 'target-failed']);

/** Whether what came before the error is still a part of the file. */
export function isUnhurtBy(error: FileSourceError): boolean {
  return error.status !== 'permanent' || ofOthers.has(error.kind) || endsTransfer(error);
}

/** What comes of ranges that are refused or of another file, and is not always for good. */
const ofRanges: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['conflict', 'link-expired', 'range-not-satisfiable']);

/**
 * Whether a file of which a range failed with this error may still come whole, from its start.
 * - Some vendors, or what stands before them, refuse ranges or mix them up, and give the whole; and a file that was changed meanwhile has no rest.
 */
export function mayComeWhole(error: FileSourceError): boolean {
  return ofRanges.has(error.kind) || !isUnhurtBy(error);
}
