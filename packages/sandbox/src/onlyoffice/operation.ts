import type { EntryId } from './model.ts';
import type { Selection } from './selection.ts';

/** How a download ended; `finished` is what the wire will say, not whether it is over. */
export interface Outcome {
  readonly error: string | undefined;
  readonly finished: boolean;
  /** Of the result in the temporary storage. */
  readonly name?: string;
  readonly status: 2 | 3 | 4;
}

export interface DownloadOperation {
  readonly id: string;
  /** A user id, or `anonymous`. */
  readonly owner: string;
  readonly selection: Selection;
  startedAt: number;
  readonly durationMs: number;
  /** Stays half-way, however late it is. */
  isHeld: boolean;
  /** Distinct paths in the archive. */
  readonly total: number;
  outcome?: Outcome;
}

/**
 * `created` and `running`; `closing`: the job has said its last word, the queue has not noticed yet;
 * `ended`: to be listed once and forgotten.
 */
export type Phase = 'created' | 'running' | 'closing' | 'ended';

const CREATED_UNTIL = 0.1;
const RUNNING_UNTIL = 0.9;

/** What may be shown: an end only once it is known how it ended, though the clock went on since that was looked at. */
export function phaseAt(operation: DownloadOperation, now: number): Phase {
  const due = duePhase(operation, now);
  return operation.outcome === undefined && (due === 'closing' || due === 'ended') ? 'running' : due;
}

/** What the clock says. */
export function duePhase(operation: DownloadOperation, now: number): Phase {
  if (operation.isHeld) return 'running';
  const elapsed = now - operation.startedAt;
  if (elapsed >= operation.durationMs) return 'ended';
  if (elapsed >= operation.durationMs * RUNNING_UNTIL) return 'closing';
  return elapsed >= operation.durationMs * CREATED_UNTIL ? 'running' : 'created';
}

/** Entries packed so far. */
export function processedAt(operation: DownloadOperation, now: number): number {
  const phase = phaseAt(operation, now);
  if (phase === 'created') return 0;
  if (phase !== 'running') return operation.total;
  const part = operation.isHeld ? 0.5 : (now - operation.startedAt) / (operation.durationMs * RUNNING_UNTIL);
  return Math.min(operation.total, Math.floor(part * operation.total));
}

export function progressAt(operation: DownloadOperation, now: number): number {
  if (phaseAt(operation, now) === 'ended') return 100;
  return Math.floor((processedAt(operation, now) / (operation.total + 1)) * 100);
}

export function endOf({ startedAt, durationMs, isHeld }: DownloadOperation): number {
  return isHeld ? Infinity : startedAt + durationMs;
}

/** The ids of the selection in the order in which they are packed. */
export function selectedIds({ selection }: DownloadOperation): { kind: 'file' | 'folder'; id: EntryId }[] {
  return [...selection.fileIds.map((id) => ({ kind: 'file' as const, id })), ...selection.folderIds.map((id) => ({ kind: 'folder' as const, id }))];
}
