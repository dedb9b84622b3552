import { createHash } from 'node:crypto';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

/** What was asked for in one item. */
export interface ArchiveRequest {
  readonly provider: string;
  readonly refs: readonly string[];
  readonly convert: Readonly<Record<string, string>>;
  /** Of an operation that was started elsewhere. */
  readonly token: string;
}

/** An archive that is being made, as the next run of the node finds it. */
export interface Pending {
  readonly token: string;
  /** Milliseconds of the epoch. */
  readonly startedMs: number;
  readonly percent: number | null;
  /** When that percent was first seen, since the start. */
  readonly percentSinceMs: number;
}

type State = { readonly pending: Pending } | { readonly result: INodeExecutionData };

const contextKey = 'fileSourceArchives';

/**
 * The archives of one node in one execution: n8n keeps its context with the execution, also while that waits, and passes it to no other.
 * - Told apart by what was asked for, so a run that is about something else finds nothing.
 */
export class PendingArchives {
  readonly #context: IDataObject;

  constructor(context: IExecuteFunctions) {
    this.#context = context.getContext('node');
  }

  of(request: ArchiveRequest): State | undefined {
    return this.#states()[keyOf(request)];
  }

  set(request: ArchiveRequest, state: State): void {
    this.#context[contextKey] = { ...this.#states(), [keyOf(request)]: state } as unknown as IDataObject;
  }

  forget(request: ArchiveRequest): void {
    const { [keyOf(request)]: _gone, ...others } = this.#states();
    this.#context[contextKey] = others as unknown as IDataObject;
  }

  /** Leaves nothing for the next run, which asks anew. */
  clear(): void {
    delete this.#context[contextKey];
  }

  #states(): Readonly<Record<string, State>> {
    return (this.#context[contextKey] ?? {}) as unknown as Readonly<Record<string, State>>;
  }
}

function keyOf({ provider, refs, convert, token }: ArchiveRequest): string {
  return createHash('sha256').update(JSON.stringify([provider, refs, Object.entries(convert), token])).digest('hex');
}
