import { FileSourceError, type Clock, type Logger } from '@filesource/core';
import type { ArchivePlan } from './archive-plan.ts';
import type { OnlyOfficeClient } from './client.ts';
import { busyError, isBusy } from './errors.ts';
import { downloadType, isConsumed } from './operation-state.ts';
import type { OperationBoard } from './operation-board.ts';
import type { Repeat } from './reading.ts';
import { operationsSchema, type OperationDto } from './schemas.ts';

export interface BulkTools {
  readonly client: OnlyOfficeClient;
  readonly board: OperationBoard;
  readonly repeat: Repeat;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly timeoutMs: number;
  readonly whenBusy: 'wait' | 'fail';
  readonly busyTimeoutMs: number;
  /** Fires when the source is closed. */
  readonly closing: AbortSignal;
}

export const operationsPath = 'api/2.0/files/fileops';
const firstBusyDelayMs = 1000;
const longestBusyDelayMs = 10_000;

/** Starts the vendor's job and finds it in the answer; waits for another download of the user where the config says so. */
export async function startBulkDownload(plan: ArchivePlan, tools: BulkTools, signal: AbortSignal | undefined): Promise<OperationDto> {
  const { client, board, clock, logger } = tools;
  const body = {
    // Texts are taken for numbers where they are numbers, and Workspace knows nothing else.
    fileIds: plan.fileIds,
    folderIds: plan.folderIds,
    ...(plan.convert.length === 0 ? {} : { fileConvertIds: plan.convert }),
    returnSingleOperation: true,
  };
  const call = { method: 'PUT', path: `${operationsPath}/bulkdownload`, body, schema: operationsSchema, explain: (failure) => (isBusy(failure) ? busyError(failure) : undefined) } satisfies Parameters<OnlyOfficeClient['call']>[0];
  const untilMs = clock.now() + tools.busyTimeoutMs;
  for (let delayMs = firstBusyDelayMs; ; delayMs = Math.min(delayMs * 1.5, longestBusyDelayMs)) {
    try {
      const { value } = await tools.repeat((inner) => client.call(call, inner), signal, (error) => error.kind === 'rate-limited');
      board.pin(value);
      const dto = ownOperation(value, board);
      board.follow(dto.id);
      return dto;
    } catch (error) {
      if (FileSourceError.is(error, 'not-found')) throw knownReason(plan) ?? error;
      const isLast = tools.whenBusy === 'fail' || clock.now() + delayMs > untilMs;
      if (!FileSourceError.is(error, 'rate-limited') || error.httpStatus !== 403 || isLast) throw error;
      logger.log('info', 'onlyoffice.busy', { delayMs });
      await clock.sleep(delayMs, signal);
    }
  }
}

/** The answer may list other operations of the user, running or done; ours is the one that nobody followed before. */
function ownOperation(list: readonly OperationDto[], board: OperationBoard): OperationDto {
  const downloads = list.filter((dto) => (dto.type ?? downloadType) === downloadType && !board.isFollowed(dto.id));
  const open = downloads.filter((dto) => !isConsumed(dto));
  const candidates = open.length > 0 ? open : downloads;
  const [own] = candidates;
  if (own !== undefined && candidates.length === 1) return own;
  if (own === undefined) throw new FileSourceError('vendor-protocol', 'the portal took the request for an archive but names no operation for it');
  throw new FileSourceError('conflict', 'the portal names several downloads of this user, and none is known to be this one', { advice: 'Let no other program download in bulk as the same user, and start again.' });
}

/** Nothing of the selection could be read before, which tells more than the vendor's text in the language of the portal. */
export function knownReason({ items }: ArchivePlan): FileSourceError | undefined {
  return items.every(({ error }) => error !== undefined) ? items[0]?.error : undefined;
}

/** DocSpace stops one operation; Workspace has no such route and stops all of the user. */
export async function terminateBulkDownload(id: string, tools: BulkTools, signal: AbortSignal | undefined): Promise<void> {
  const { client, board } = tools;
  const stop = (path: string): Promise<void> =>
    tools.repeat(async (inner) => {
      const { value, proof } = await client.call({ method: 'PUT', path: `${operationsPath}/${path}`, body: {}, schema: operationsSchema }, inner);
      board.pin(value);
      // An anonymous caller is told that nothing runs; the job would go on.
      if (await client.renewIfUnknown(inner, proof)) throw new FileSourceError('vendor-failure', 'the login ran out while the operation was being stopped');
    }, signal);
  if (client.generation.current() !== 'workspace') {
    try {
      await stop(`terminate/${encodeURIComponent(id)}`);
      return;
    } catch (error) {
      if (!FileSourceError.is(error) || (error.httpStatus !== 404 && error.httpStatus !== 405)) throw error;
    }
  }
  await stop('terminate');
}
