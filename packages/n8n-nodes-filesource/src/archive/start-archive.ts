import type { Archive, Operation } from '@filesource/core';
import { signalOption, type OperationCall } from '../operations/operation.ts';
import type { ArchiveRequest, Pending } from './pending.ts';

/** The operation of an item: attached to where there is a token, started otherwise. */
export async function operationOf(call: OperationCall, request: ArchiveRequest, pending: Pending | undefined): Promise<Operation<Archive>> {
  const { source } = call;
  const token = pending?.token ?? request.token;
  if (token !== '') return source.attach(token, signalOption(call));
  const { refs, convert } = request;
  const options = { ...signalOption(call), ...(Object.keys(convert).length === 0 ? {} : { convert }) };
  // An archive that is made here, file by file, is fetched at once: nothing runs elsewhere that could be waited for.
  return source.capabilities.archiveAttach.support === 'unsupported' ? source.archive(refs, { ...options, onItemError: 'skip' }) : source.archive(refs, { ...options, needsToken: true });
}

/** Whether the operation is still running after `holdMs`. Its error, if it has one, comes with its result. */
export async function isRunningAfter(operation: Operation<Archive>, holdMs: number, call: OperationCall): Promise<boolean> {
  if (operation.progress.status !== 'running') return false;
  if (holdMs === 0) return true;
  return operation.result({ ...signalOption(call), timeoutMs: holdMs }).then(
    () => false,
    (error: unknown) => {
      if (operation.progress.status === 'running' && call.signal?.aborted !== true) return true;
      throw error;
    },
  );
}
