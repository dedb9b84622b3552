import { FileSourceError, nextPollDelayMs, type Archive, type FileSource, type Operation } from '@filesource/core';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { failedItem } from '../failed-item.ts';
import { toNodeError } from '../node-error.ts';
import type { OperationCall } from '../operations/operation.ts';
import { archiveRequestOf } from './archive-request.ts';
import { fetchIntoN8n } from './fetch-into-n8n.ts';
import { PendingArchives, type Pending } from './pending.ts';
import { isRunningAfter, operationOf } from './start-archive.ts';
import { isTool, requireWaitingLoop } from './waiting-loop.ts';

/** Steps of waiting: n8n looks for executions to go on with once a minute. */
const stepLimits = { minDelayMs: 5_000, maxDelayMs: 300_000 };
/** Of the time elapsed. */
const leastShare = 0.1;

/**
 * One archive for each item, one after the other: started, waited for, fetched and proven.
 * - While the vendor works, the execution is put to wait and the worker is free. n8n does not run a node again that waited: it passes
 *   the node's input on, to the first output. That output leads back to the node, which finds its tokens in its context.
 * - As a tool of an agent it cannot wait: it gives `status: running` and a token to ask again with.
 */
export async function bulkDownload(context: IExecuteFunctions, source: FileSource, signal: AbortSignal | undefined): Promise<INodeExecutionData[][]> {
  const asTool = isTool(context);
  const archives = new PendingArchives(context);
  const results: INodeExecutionData[] = [];
  for (const [itemIndex] of context.getInputData().entries()) {
    const call = { context, source, itemIndex, signal };
    try {
      const outcome = await download(call, archives, asTool);
      if ('result' in outcome) results.push({ ...outcome.result, pairedItem: { item: itemIndex } });
      else if (asTool) results.push({ json: { status: 'running', token: outcome.pending.token, percent: outcome.pending.percent }, pairedItem: { item: itemIndex } });
      else return await waitForVendor(context, outcome.pending);
    } catch (thrown) {
      const error = toNodeError(context.getNode(), thrown, itemIndex);
      if (!context.continueOnFail() || signal?.aborted === true) throw toNodeError(context.getNode(), error, itemIndex);
      results.push(failedItem(error, itemIndex));
    }
  }
  archives.clear();
  return asTool ? [results] : [[], results];
}

type Outcome = { readonly result: INodeExecutionData } | { readonly pending: Pending };

async function download(call: OperationCall, archives: PendingArchives, asTool: boolean): Promise<Outcome> {
  const { context, source, itemIndex, signal } = call;
  const request = archiveRequestOf(call);
  const state = archives.of(request);
  if (state !== undefined && 'result' in state) return state;
  // Before anything is started: an archive that nobody comes back for would be lost without a word.
  if (!asTool && source.capabilities.archiveAttach.support !== 'unsupported') requireWaitingLoop(context);
  const holdMs = state === undefined ? Number(context.getNodeParameter('holdSeconds', itemIndex, 5)) * 1000 : 0;
  let operation: Operation<Archive> | undefined;
  try {
    operation = await operationOf(call, request, state?.pending);
    if (await isRunningAfter(operation, holdMs, call)) {
      const pending = await observe(operation, state?.pending, call);
      archives.set(request, { pending });
      return { pending };
    }
    // A vendor may tell an end only once: a retry of the node needs the token that knows it.
    if (operation.token !== null) archives.set(request, { pending: { startedMs: Date.now(), percent: null, percentSinceMs: 0, ...state?.pending, token: operation.token } });
    const result = await fetchIntoN8n(call, operation);
    archives.set(request, { result });
    return { result };
  } catch (error) {
    if (signal?.aborted === true) await operation?.cancel().catch(() => undefined);
    // A retry would find the same again.
    if (FileSourceError.is(error, 'conflict')) archives.forget(request);
    throw toNodeError(context.getNode(), error, itemIndex);
  }
}

/** What the next run has to know. Throws `timeout`, and tells the vendor to stop, when it took too long. */
async function observe(operation: Operation<Archive>, before: Pending | undefined, { context, itemIndex }: OperationCall): Promise<Pending> {
  const { token, progress } = operation;
  if (token === null) throw new FileSourceError('unexpected', 'an operation that runs on has no token');
  const { startedMs } = before ?? { startedMs: Date.now() };
  const elapsedMs = Date.now() - startedMs;
  const mostMinutes = Number(context.getNodeParameter('maxWaitMinutes', itemIndex, 1440));
  if (elapsedMs > mostMinutes * 60_000) {
    await operation.cancel().catch(() => undefined);
    throw new FileSourceError('timeout', `the vendor did not finish the archive within ${mostMinutes} minutes`, { advice: 'Raise Longest Wait, or ask for less at once.' });
  }
  const stands = before !== undefined && before.percent === progress.percent;
  return { token, startedMs, percent: progress.percent, percentSinceMs: stands ? before.percentSinceMs : elapsedMs };
}

async function waitForVendor(context: IExecuteFunctions, pending: Pending): Promise<INodeExecutionData[][]> {
  const { startedMs, percent, percentSinceMs } = pending;
  const elapsedMs = Date.now() - startedMs;
  const wishedMs = nextPollDelayMs({ elapsedMs, percent, percentSinceMs }, stepLimits);
  // Each look takes an execution from the database and puts it back: a job that stands still is looked at less and less often.
  const delayMs = Math.min(Math.max(wishedMs, elapsedMs * leastShare), stepLimits.maxDelayMs);
  await context.putExecutionToWait(new Date(Date.now() + delayMs));
  return [context.getInputData(), []];
}
