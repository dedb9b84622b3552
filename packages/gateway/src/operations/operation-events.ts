import { Readable } from 'node:stream';
import type { ArchiveOperation } from './archive-operation.ts';

export interface OperationEventsOptions {
  /** Of the last event that the client got before a break. */
  readonly lastEventId: string | readonly string[] | undefined;
  /** Ends the stream, whatever the operation does. */
  readonly until: AbortSignal;
  /** Default 15,000: proxies take a silent connection for a dead one. */
  readonly heartbeatMs?: number;
}

/**
 * An operation as server-sent events: its present state, each change, and `done` or `failed` as the last one.
 * - A reader that is slower than the changes gets the latest ones, and always the last one.
 */
export function operationEvents(operation: ArchiveOperation, { lastEventId, until, heartbeatMs = 15_000 }: OperationEventsOptions): Readable {
  let id = typeof lastEventId === 'string' && /^\d{1,9}$/.test(lastEventId) ? Number(lastEventId) : 0;
  let isWanted = false;
  let isNew = true;
  let isFinished = false;
  const events = new Readable({
    read: () => {
      isWanted = true;
      tell();
    },
    destroy: (error, done) => {
      stop();
      done(error);
    },
  });
  const tell = (): void => {
    if (!isNew || !isWanted || events.destroyed) return;
    isNew = false;
    id += 1;
    const { state, isEnded } = operation;
    const name = !isEnded ? 'progress' : state === 'failed' || state === 'cancelled' ? 'failed' : 'done';
    isWanted = events.push(`id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(operation.toJson())}\n\n`);
    if (isEnded) finish();
  };
  const change = (): void => {
    isNew = true;
    tell();
  };
  const unwatch = operation.watch(change);
  const heartbeat = setInterval(() => {
    if (isWanted) isWanted = events.push(': still there\n\n');
  }, heartbeatMs);
  const stop = (): void => {
    unwatch();
    clearInterval(heartbeat);
    until.removeEventListener('abort', finish);
  };
  const finish = (): void => {
    stop();
    if (!isFinished && !events.destroyed) events.push(null);
    isFinished = true;
  };
  if (until.aborted) finish();
  else until.addEventListener('abort', finish, { once: true });
  return events;
}
