import { randomBytes } from 'node:crypto';
import { FileSourceError, parseOperationToken, type Archive, type Clock, type FileSource, type Hashing, type Logger, type Operation } from '@filesource/core';
import type { Grant } from '../auth/grants.ts';
import { Refusal } from '../problem/refusal.ts';
import type { GatewaySettings } from '../settings.ts';
import { ArchiveOperation } from './archive-operation.ts';
import type { Spool } from './spool.ts';

type Limits = Pick<GatewaySettings, 'maxOperations' | 'maxOperationsPerToken' | 'maxSpoolBytes' | 'operationTimeoutMs' | 'operationLifetimeMs'>;

export interface OperationsOptions {
  readonly spool: Spool;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly hashing: Hashing;
  readonly logger: Logger;
}

/** How long a start is waited for, so that what cannot work is the answer to the request and not a failed operation. */
const beginWithinMs = 2_000;

/** The operations of all tokens: bounded in number and bytes, each visible to its own token, forgotten some time after its end. */
export class Operations {
  readonly #options: OperationsOptions;
  readonly #operations = new Map<string, ArchiveOperation>();
  readonly #expiring = new Map<string, NodeJS.Timeout>();

  constructor(options: OperationsOptions) {
    this.#options = options;
  }

  get spoolBytes(): number {
    return [...this.#operations.values()].reduce((sum, { spoolBytes }) => sum + spoolBytes, 0);
  }

  countByState(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { state } of this.#operations.values()) counts[state] = (counts[state] ?? 0) + 1;
    return counts;
  }

  /** Starts an archive. Throws what cannot even be started, `too-many-operations` and `spool-full`. */
  start(grant: Grant, source: FileSource, refs: readonly string[], convert: Readonly<Record<string, string>> = {}): Promise<ArchiveOperation> {
    return this.#add(grant, source, convert, true, (signal) => source.archive(refs, { onItemError: 'skip', signal, ...(Object.keys(convert).length === 0 ? {} : { convert }) }));
  }

  /** Goes on with an archive that was started elsewhere. Throws as {@link Operations.start} does. */
  attach(grant: Grant, source: FileSource, token: string): Promise<ArchiveOperation> {
    const { convert } = parseOperationToken(token).handle.selection;
    return this.#add(grant, source, Object.fromEntries(convert), false, (signal) => source.attach(token, { signal }));
  }

  /** Throws `not-found` also for the operation of another token: nobody learns what others do. */
  get(grant: Grant, id: string): ArchiveOperation {
    const operation = this.#operations.get(id);
    if (operation !== undefined && operation.owner === grant.name) return operation;
    throw new FileSourceError('not-found', 'there is no such operation', { advice: 'It was forgotten some time after its end, or belongs to another token.' });
  }

  /** Stops one that runs; forgets one that has ended, with its archive. */
  async end(operation: ArchiveOperation): Promise<void> {
    if (operation.isEnded) await this.#forget(operation);
    else await operation.cancel();
  }

  /** Stops one and forgets it, so that it takes nobody's place. */
  async drop(operation: ArchiveOperation): Promise<void> {
    await operation.cancel();
    await operation.ended;
    await this.#forget(operation);
  }

  /** Ends all of them here; vendors go on with theirs. */
  async close(): Promise<void> {
    const all = [...this.#operations.values()];
    await Promise.all(all.map(async (operation) => operation.leave()));
    for (const timer of this.#expiring.values()) clearTimeout(timer);
  }

  async #add(grant: Grant, source: FileSource, convert: Readonly<Record<string, string>>, isOurs: boolean, begin: (signal: AbortSignal) => Promise<Operation<Archive>>): Promise<ArchiveOperation> {
    const { spool, limits, clock, hashing } = this.#options;
    this.#checkNumber(grant);
    const id = randomBytes(16).toString('base64url');
    const operation = new ArchiveOperation({
      id,
      owner: grant.name,
      source,
      begin,
      convert,
      isOurs,
      file: spool.pathOf(id),
      clock,
      hashing,
      timeoutMs: limits.operationTimeoutMs,
      lifetimeMs: limits.operationLifetimeMs,
      checkRoom: () => this.#checkRoom(),
    });
    this.#operations.set(id, operation);
    void operation.ended.then(() => this.#expireLater(operation));
    const waited = new AbortController();
    try {
      await Promise.race([operation.begun, clock.sleep(beginWithinMs, waited.signal)]);
    } catch (error) {
      await this.#forget(operation);
      throw error;
    } finally {
      waited.abort();
    }
    return operation;
  }

  #checkNumber(grant: Grant): void {
    const { maxOperations, maxOperationsPerToken, maxSpoolBytes } = this.#options.limits;
    const own = [...this.#operations.values()].filter(({ owner }) => owner === grant.name).length;
    const isFull = this.#operations.size >= maxOperations;
    if (isFull || own >= maxOperationsPerToken) {
      throw new Refusal('too-many-operations', isFull ? `There are ${maxOperations} operations.` : `The token has ${own} operations.`, { advice: 'DELETE those that have ended, or wait until they expire.', retryAfterMs: 60_000 });
    }
    if (this.spoolBytes >= maxSpoolBytes) throw new Refusal('spool-full', 'The archives that wait for their reader fill the spool.', { advice: 'DELETE operations that have ended, or wait until they expire.', retryAfterMs: 60_000 });
  }

  #checkRoom(): void {
    const { maxSpoolBytes } = this.#options.limits;
    if (this.spoolBytes <= maxSpoolBytes) return;
    throw new FileSourceError('too-large', `the archives would take more than maxSpoolBytes of the gateway, ${maxSpoolBytes}`, { advice: 'Ask for less, or DELETE operations that have ended.' });
  }

  #expireLater(operation: ArchiveOperation): void {
    const { limits, logger } = this.#options;
    logger.log('info', 'gateway.operation', { id: operation.id, token: operation.owner, source: operation.source, state: operation.state });
    if (!this.#operations.has(operation.id)) return;
    const timer = setTimeout(() => void this.#forget(operation), limits.operationLifetimeMs);
    timer.unref();
    this.#expiring.set(operation.id, timer);
  }

  async #forget({ id }: ArchiveOperation): Promise<void> {
    this.#operations.delete(id);
    clearTimeout(this.#expiring.get(id));
    this.#expiring.delete(id);
    // A reader that has it open reads it to its end.
    await this.#options.spool.remove(id).catch(() => undefined);
  }
}
