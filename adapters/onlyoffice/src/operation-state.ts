import { FileSourceError } from '@filesource/core';
import { toOperationError } from './errors.ts';
import type { OperationDto } from './schemas.ts';

export const downloadType = 3;

/** What one look at the vendor's job means. */
export type OperationState =
  | { readonly kind: 'running' }
  | { readonly kind: 'done'; readonly url: string; readonly warning: string | null }
  | { readonly kind: 'failed'; readonly error: FileSourceError };

const completed = 2;
const cancelled = 3;
const failed = 4;

/** True once the vendor will not tell about this operation again. */
export function isConsumed(dto: OperationDto): boolean {
  return dto.status === null ? dto.finished || dto.percent === 100 : dto.status >= completed;
}

/**
 * Every ending but disappearance and endless silence.
 * - `url` means nothing before the end: Workspace sends junk there, made of the ids done so far.
 * - An error may come long before the end (the archive then has holes), or be the end without ever saying so; while the vendor
 *   does not say `finished`, only its later answers tell, see {@link createErrorPatience}.
 */
export function stateOf(dto: OperationDto): OperationState {
  if (dto.status === cancelled) return failure(new FileSourceError('conflict', 'the operation was cancelled at the vendor', { advice: 'Somebody else, or another program of the same user, stopped it; start it again.' }));
  if (dto.status === failed) return failure(dto.error === '' ? noReason() : toOperationError(dto.error));
  const hasEnded = dto.finished || dto.percent === 100 || (dto.status ?? 0) >= completed;
  if (!hasEnded) return { kind: 'running' };
  if (dto.error !== '' && isBulkUrl(dto.url)) return { kind: 'done', url: dto.url, warning: dto.error };
  if (dto.error !== '' && (dto.finished || isConsumed(dto))) return failure(toOperationError(dto.error));
  if (dto.error === '' && (dto.finished || (dto.status ?? 0) >= completed ? isUsableUrl(dto.url) : isBulkUrl(dto.url))) return { kind: 'done', url: dto.url, warning: null };
  // Progress reaches 100 early when entries share a path, and `finished` comes a moment before the job is completed.
  const maySayMore = dto.status === null ? !dto.finished : dto.status < completed;
  return maySayMore ? { kind: 'running' } : failure(withoutLink());
}

function failure(error: FileSourceError): OperationState {
  return { kind: 'failed', error };
}

export function withoutLink(): FileSourceError {
  return new FileSourceError('vendor-failure', 'the operation ended without an archive and without a reason', { status: 'permanent', advice: 'Start it again; should it happen again, ask for fewer files at once.' });
}

function noReason(): FileSourceError {
  return new FileSourceError('vendor-failure', 'the operation failed, and the vendor gives no reason', { status: 'permanent', advice: 'Start it again with fewer files, to find the one that it fails on.' });
}

/** The job is not listed any more, and nobody here saw its end. */
export function vanished(): FileSourceError {
  return new FileSourceError('conflict', 'the operation is gone, and its end was not seen here: it was told to another program, or nobody asked for it in time', {
    advice: 'The vendor tells an end once, and forgets it after 2 minutes (Workspace: 10). If a status or an attach saw it, use the token that it gave; otherwise start the archive again, and let no other program of the same user ask for file operations meanwhile.',
  });
}

function isBulkUrl(url: string): boolean {
  return /filehandler\.ashx\?/i.test(url) && /[?&]action=bulk(&|$)/i.test(url);
}

function isUsableUrl(url: string): boolean {
  // The name of the portal's own host may look like junk: `office_file_1:8080`.
  return isBulkUrl(url) || (url !== '' && !/(file|folder)_[^/?]*(:|%3a)/i.test(url));
}

const silentMs = 20_000;
const fruitlessMs = 1000;

/**
 * How long an error without an end is watched: a file that failed does not stop the packing of the others, but a job that was
 * refused as a whole may say no more. One that got nowhere is given up soon, one that got somewhere when it stands still.
 */
export function createErrorPatience(): (dto: OperationDto, nowMs: number) => FileSourceError | undefined {
  let seen = '';
  let sinceMs = 0;
  return (dto, nowMs) => {
    if (dto.error === '') return undefined;
    const now = JSON.stringify([dto.error, dto.percent, dto.processed, dto.status]);
    if (now !== seen) {
      seen = now;
      sinceMs = nowMs;
    }
    const gotNowhere = dto.percent === 0 && (dto.processed ?? 0) === 0;
    return nowMs - sinceMs >= (gotNowhere ? fruitlessMs : silentMs) ? toOperationError(dto.error) : undefined;
  };
}
