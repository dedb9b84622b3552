import { createPolledOperation, FileSourceError, mapOperation, untilAborted, type Archive, type ArchiveHandle, type ArchiveSelection, type Operation, type Ports } from '@filesource/core';
import { planArchive, type ArchivePlan, type BegunPlan, type PlanTools } from './archive-plan.ts';
import { createBulkArchive } from './bulk-archive.ts';
import { knownReason, startBulkDownload, terminateBulkDownload, type BulkTools } from './bulk-download.ts';
import { formatBulkHandle, parseBulkHandle, type BulkEnd } from './bulk-handle.ts';
import { createBulkWatch, type BulkWatch } from './bulk-watch.ts';

export interface BulkOperationsParts {
  readonly ports: Ports;
  readonly plan: PlanTools;
  readonly tools: BulkTools;
}

/** The bulk downloads of a source: those that it starts, and those that it attaches to. */
export interface BulkOperations {
  /**
   * Starts the vendor's job while the folders of the plan are still being walked, which `walking` stops.
   * - A walk that fails cancels the job, and its error is what the operation fails with; with `itemsMayFollow`, that is what a job that has ended by
   *   then has in its archive's `itemsListed`.
   */
  start(begun: BegunPlan, options: { readonly signal: AbortSignal | undefined; readonly walking: AbortController; readonly itemsMayFollow: boolean }): Promise<Operation<Archive>>;
  attach(handle: ArchiveHandle, signal: AbortSignal | undefined): Promise<Operation<Archive>>;
}

/** Ends are small, and whoever attaches once more after the end gets it from here. */
const mostRemembered = 100;
const firstMissMs = 250;

interface Job {
  readonly watch: BulkWatch;
  readonly operation: Operation<BulkEnd>;
}

/** Each of the vendor's jobs is one operation here, however often it is attached to, and so is asked for from one place. */
export function createBulkOperations({ ports, plan: planTools, tools }: BulkOperationsParts): BulkOperations {
  const { client, board, clock } = tools;
  const jobs = new Map<string, Promise<Job>>();

  const remember = (id: string, job: Promise<Job>): void => {
    for (const oldest of jobs.keys()) {
      if (jobs.size < mostRemembered) break;
      jobs.delete(oldest);
    }
    jobs.set(id, job);
    job.catch(() => jobs.delete(id));
  };
  const follow = (id: string, watch: BulkWatch, onCancel: () => void = () => undefined): Job => ({
    watch,
    operation: createPolledOperation<BulkEnd>({
      clock,
      first: watch.latest,
      token: () => formatBulkHandle({ id, end: watch.latest.status === 'succeeded' ? watch.latest.result : null }, client.portal),
      poll: (signal) => untilAborted(watch.look(), signal),
      cancel: (signal) => {
        onCancel();
        return terminateBulkDownload(id, tools, signal);
      },
    }),
  });
  const archiveOf = (id: string, { url, warning }: BulkEnd, plan: ArchivePlan, itemsListed?: Promise<void>): Archive =>
    createBulkArchive({ client, ports, plan, url, warning, isCurrent: () => (board.ownerOf(url) ?? id) === id, ...(itemsListed === undefined ? {} : { itemsListed }) });

  /** The first look, and a second one when it shows nothing: the list may lag behind the job. */
  const find = async (id: string): Promise<Job> => {
    board.follow(id);
    const watch = createBulkWatch({ id, explain: () => undefined }, tools);
    for (let seen = await watch.look(); !watch.isKnown; seen = await watch.look()) {
      if (seen.status === 'failed') throw seen.error;
      await clock.sleep(firstMissMs, tools.closing);
    }
    return follow(id, watch);
  };

  const followed = async (id: string): Promise<Job> => {
    const known = await jobs.get(id)?.catch(() => undefined);
    // Whoever gave up asking may ask again; what the vendor told stays told.
    const gaveUp = known?.operation.progress.status === 'failed' && known.watch.latest.status === 'running';
    if (known !== undefined && !gaveUp) return known;
    if (gaveUp) jobs.delete(id);
    const job = jobs.get(id) ?? find(id);
    remember(id, job);
    return job;
  };

  return {
    start: async ({ plan, whole }, { signal, walking, itemsMayFollow }) => {
      const stopWalk = (): void => walking.abort(new FileSourceError('aborted', 'the operation was cancelled'));
      const started = await startBulkDownload(plan, tools, signal).catch((error: unknown) => {
        stopWalk();
        throw error;
      });
      const { id } = started;
      const job = follow(id, createBulkWatch({ id, started, explain: () => knownReason(plan) }, tools), stopWalk);
      remember(id, Promise.resolve(job));
      let broken: unknown;
      whole.catch((error: unknown) => {
        // Whoever stopped the walk says what becomes of the job.
        if (walking.signal.aborted || tools.closing.aborted || signal?.aborted === true) return;
        broken = error;
        job.operation.cancel().catch(() => undefined);
      });
      const listed = whole.then(() => undefined);
      // Whoever needs the items is told.
      listed.catch(() => undefined);
      return mapOperation(job.operation, {
        result: async (end) => (itemsMayFollow ? archiveOf(id, end, plan, listed) : archiveOf(id, end, await whole)),
        error: (error) => broken ?? error,
      });
    },
    attach: async (handle, signal) => {
      const { id, end } = parseBulkHandle(handle.operation, client.portal);
      const operation = end === null ? (await untilAborted(followed(id), signal)).operation : ended(handle.operation, end, clock);
      const plan = planWhenAsked(handle.selection, planTools, tools.closing);
      return waitingStarts(
        mapOperation(operation, { result: async (done) => archiveOf(id, done, await plan()) }),
        // Beside the vendor's packing; a failure shows, and is tried again, when the plan is needed.
        () => void plan().catch(() => undefined),
      );
    },
  };
}

/** An operation whose end was seen elsewhere. */
function ended(handle: string, end: BulkEnd, clock: Ports['clock']): Operation<BulkEnd> {
  const seen = { status: 'succeeded', result: end } as const;
  return createPolledOperation<BulkEnd>({ clock, first: seen, token: () => handle, poll: async () => seen, cancel: async () => undefined });
}

/** What was asked for, as the portal shows it now; found once. Whoever only looks at the operation walks no folders. */
function planWhenAsked(selection: ArchiveSelection, tools: PlanTools, signal: AbortSignal): () => Promise<ArchivePlan> {
  let planning: Promise<ArchivePlan> | undefined;
  return () =>
    (planning ??= planArchive(selection, tools, signal).catch((error: unknown) => {
      planning = undefined;
      throw error;
    }));
}

function waitingStarts<T>(operation: Operation<T>, begin: () => void): Operation<T> {
  return {
    get progress() {
      return operation.progress;
    },
    get token() {
      return operation.token;
    },
    watch: (options) => {
      begin();
      return operation.watch(options);
    },
    result: (options) => {
      begin();
      return operation.result(options);
    },
    cancel: (options) => operation.cancel(options),
  };
}
