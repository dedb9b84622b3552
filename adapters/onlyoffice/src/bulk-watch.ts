import { withTimeout, type FileSourceError, type Observation } from '@filesource/core';
import type { BulkEnd } from './bulk-handle.ts';
import { operationsPath, type BulkTools } from './bulk-download.ts';
import type { Proof } from './credentials.ts';
import { createErrorPatience, stateOf, vanished, withoutLink } from './operation-state.ts';
import { operationsSchema, type OperationDto } from './schemas.ts';

export interface BulkWatchOptions {
  readonly id: string;
  /** What the answer to its start showed. */
  readonly started?: OperationDto;
  /** A better reason for a failure than the vendor's own. */
  readonly explain: () => FileSourceError | undefined;
}

/** The one place from which a bulk download is looked at, however many wait for it. */
export interface BulkWatch {
  /** A look, shared with whoever looks at the same time, and never cut short: an answer that tells the end is the only one that does. */
  look(): Promise<Observation<BulkEnd>>;
  /** What was seen last. */
  readonly latest: Observation<BulkEnd>;
  /** False until the portal has told anything about it. */
  readonly isKnown: boolean;
}

/** Empty answers in a row that are put up with: the list may lag behind the job. */
const mostMisses = 2;

export function createBulkWatch({ id, started, explain }: BulkWatchOptions, tools: BulkTools): BulkWatch {
  const { client, board, clock } = tools;
  const patience = createErrorPatience();
  let misses = 0;
  let last: OperationDto | undefined;
  let latest: Observation<BulkEnd> = { status: 'running' };
  let looking: Promise<Observation<BulkEnd>> | undefined;

  const failed = (error: FileSourceError): Observation<BulkEnd> => ({ status: 'failed', error });
  const observe = (dto: OperationDto, retryAfterMs?: number): Observation<BulkEnd> => {
    last = dto;
    misses = 0;
    const state = stateOf(dto);
    if (state.kind === 'done') {
      board.owns(state.url, id);
      return { status: 'succeeded', result: { url: state.url, warning: state.warning } };
    }
    if (state.kind === 'failed') return failed(explain() ?? state.error);
    const error = patience(dto, clock.now());
    if (error !== undefined) return failed(error);
    return { status: 'running', percent: dto.percent, processed: dto.processed, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  };
  const missed = async (signal: AbortSignal, proof: Proof): Promise<Observation<BulkEnd>> => {
    if (await client.renewIfUnknown(signal, proof)) return { status: 'running' };
    misses += 1;
    if (misses < mostMisses) return { status: 'running' };
    if (last === undefined) return failed(vanished());
    if (last.error !== '') return observe({ ...last, finished: true });
    return failed(last.percent === 100 || last.finished ? withoutLink() : vanished());
  };
  const ask = async (signal: AbortSignal): Promise<Observation<BulkEnd>> => {
    // Workspace ignores `id` and tells all; then the answer is searched, and the board keeps what others wait for.
    const { value, retryAfterMs, proof } = await client.call({ method: 'GET', path: operationsPath, query: { id }, schema: operationsSchema }, signal);
    board.pin(value);
    const own = value.find((dto) => dto.id === id) ?? board.take(id);
    board.take(id);
    return own === undefined ? missed(signal, proof) : observe(own, retryAfterMs);
  };

  if (started !== undefined) latest = observe(started);
  return {
    get latest() {
      return latest;
    },
    get isKnown() {
      return last !== undefined;
    },
    look: () => {
      if (latest.status !== 'running') return Promise.resolve(latest);
      looking ??= (async () => {
        const told = board.take(id);
        latest = told === undefined ? await withTimeout(clock, tools.timeoutMs, tools.closing, ask) : observe(told);
        return latest;
      })().finally(() => {
        looking = undefined;
      });
      return looking;
    },
  };
}
