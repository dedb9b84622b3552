import { abortError, FileSourceError, toFileSourceError, type Clock, type FileSource, type Hashing } from '@filesource/core';
import { toTransferError, type TransferEvent, type TransferListener } from '../events.ts';
import { lockDirectory } from '../local/directory-lock.ts';
import { eitherOf } from '../local/either-of.ts';
import { lastingPartName, sweepParts } from '../local/own-names.ts';
import { TargetDirectory } from '../local/target-directory.ts';
import { endsTransfer } from '../local/target-error.ts';
import { createReceipt, type Receipt } from '../receipt.ts';
import { writeReceipt } from '../write-receipt.ts';
import { BundleRunner } from './bundle-runner.ts';
import { Bundler } from './bundler.ts';
import { download, type Downloaded } from './download.ts';
import { Journal } from './journal.ts';
import { ListingTimes } from './listing-times.ts';
import { Places } from './places.ts';
import { createPlan, type Plan, type PlannedFile } from './plan.ts';
import { BoundedQueue } from './queue.ts';
import { receiptRows } from './rows.ts';
import { SmallFiles } from './small-files.ts';
import { Tally } from './tally.ts';
import { pullWays, type PullWay } from './weigh.ts';

export interface PullOptions {
  /** Gives a source by the name in a ref; throws for an unknown one. */
  readonly sources: { get(name: string): FileSource };
  readonly refs: readonly string[];
  readonly directory: string;
  /**
   * Files in flight at once; default 8.
   * - More than 1 lets small files go beside these where a source opens many with one request: two requests' worth (`limits.openBatch`).
   */
  readonly concurrency?: number;
  /** Default `auto`: many small files come in archives where the vendor makes them and that is clearly cheaper. The proof is the same. */
  readonly by?: PullWay;
  /** Lists and writes nothing but the receipt: rows are `planned`. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  readonly clock: Clock;
  readonly hashing: Hashing;
  readonly onEvent?: TransferListener;
  /** Where the receipt is written, also when the pull throws. */
  readonly receiptFile?: string;
}

export const defaultConcurrency = 8;

/** Files that are listed and wait for a place; past this, listing waits. */
const mostWaiting = 10_000;

/**
 * Fetches files, and all files of folders with the folders in them, below one directory: `<source>/<folder id>/<names>`.
 * - A file that fails becomes a row of the receipt, and the others go on.
 * - Throws what no other file can escape (`unauthenticated`, `config-invalid`, a full or read-only disk, an abort), after the receipt is
 *   written; throws `invalid-argument` and `target-failed` before any vendor is asked.
 * - A file has its final name only when it is whole; one from an earlier pull stays until then.
 * - A pull that was killed or left files out is carried on by the next one: only what is missing is fetched.
 * - Throws `conflict` while another pull writes to the directory.
 */
export async function pull(options: PullOptions): Promise<Receipt> {
  if (options.dryRun === true) return listOnly(options);
  const { hashing, directory } = options;
  const { started, plan } = begin(options);
  const target = await TargetDirectory.prepare(directory);
  const lock = await lockDirectory(target.path);
  try {
    const journal = await Journal.open(target);
    await sweepParts(target.path, { keep: new Set(journal.partPaths.map((path) => lastingPartName(path, hashing))) });
    const run = await fetchAll({ ...options, signal: eitherOf(lock.lost, options.signal) }, plan, { target, journal });
    await target.sync();
    let receipt: Receipt | undefined;
    try {
      receipt = await finish(options, started, plan, run);
    } finally {
      // After the receipt: as long as that is not safe, the journal is what tells that everything is there.
      await journal.close(receipt === undefined ? 'broken' : receipt.complete ? 'complete' : 'incomplete');
    }
    // Parts of files that the vendor has no more.
    if (receipt.complete) await sweepParts(target.path, { keep: new Set() });
    return receipt;
  } finally {
    await lock.release();
  }
}

async function fetchAll(options: PullOptions, plan: Plan, place: Omit<Place, 'smallFiles'>): Promise<PullRun> {
  const smallFiles = new SmallFiles({ ...place, hashing: options.hashing });
  try {
    return await execute(options, plan, { ...place, smallFiles });
  } finally {
    await smallFiles.close();
  }
}

/** What a dry run does; `look` sees every file. */
export async function listOnly(given: PullOptions, look?: Look): Promise<Receipt> {
  const options = { ...given, dryRun: true };
  const { started, plan } = begin(options);
  return finish(options, started, plan, await execute(options, plan, undefined, look));
}

function begin(options: PullOptions): { readonly started: string; readonly plan: Plan } {
  const { by = 'auto', clock } = options;
  const started = new Date(clock.now()).toISOString();
  const plan = createPlan(options);
  checkConcurrency(options.concurrency);
  if (!pullWays.includes(by)) throw new FileSourceError('invalid-argument', `files are fetched by ${pullWays.join(', ')}, not ${JSON.stringify(by)}`);
  return { started, plan };
}

async function execute(options: PullOptions, plan: Plan, place?: Place, look?: Look): Promise<PullRun> {
  const run = new PullRun(options, place, look);
  const path = place?.journal.damaged;
  if (path !== undefined) run.emit({ type: 'journal-damaged', path });
  await run.execute(plan);
  return run;
}

async function finish(options: PullOptions, started: string, plan: Plan, run: PullRun): Promise<Receipt> {
  const { clock, dryRun = false, directory, receiptFile } = options;
  const receipt = createReceipt({
    operation: 'pull',
    started,
    finished: new Date(clock.now()).toISOString(),
    directory,
    ...(dryRun ? { dryRun: true as const } : {}),
    files: receiptRows(plan.groups, dryRun),
  });
  if (receiptFile !== undefined) await writeReceipt(receipt, receiptFile).catch((error: unknown) => run.end(toFileSourceError(error)));
  run.emit({ type: 'done', complete: receipt.complete, totals: receipt.totals });
  if (run.failure !== undefined) throw run.failure;
  return receipt;
}

interface Place {
  readonly target: TargetDirectory;
  readonly journal: Journal;
  readonly smallFiles: SmallFiles;
}

/** Where files go as they are listed. */
interface Sorter {
  add(file: PlannedFile): Promise<void>;
  /** Everything is listed. */
  end(): Promise<void>;
}

export interface Look extends Sorter {
  readonly times: ListingTimes;
}

/** One pull while it runs: one side lists, several others fetch, and the first fatal error ends both. */
class PullRun {
  readonly #options: PullOptions;
  readonly #place: Place | undefined;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #queue = new BoundedQueue<PlannedFile>(mostWaiting);
  readonly #tally: Tally;
  readonly #times: ListingTimes;
  readonly #sort: Sorter | undefined;
  readonly #bundles: BundleRunner | undefined;
  failure: FileSourceError | undefined;

  constructor(options: PullOptions, place: Place | undefined, look: Look | undefined) {
    this.#options = options;
    this.#place = place;
    this.#times = look?.times ?? new ListingTimes(options.clock);
    this.#signal = eitherOf(this.#stop.signal, options.signal);
    this.#tally = new Tally(options.clock, (event) => this.emit(event));
    this.#bundles = place === undefined ? undefined : this.#bundleRunner(place);
    this.#sort = place === undefined || this.#bundles === undefined ? look : this.#sorter(place, this.#bundles);
  }

  async execute(plan: Plan): Promise<void> {
    const { signal, concurrency = defaultConcurrency } = this.#options;
    const onAbort = (): void => {
      if (signal !== undefined) this.end(abortError(signal));
    };
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const fetching = this.#fetchFiles(new Places(concurrency));
      await this.#list(plan);
      await this.#bundles?.idle();
      await fetching;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Ends everything; the first reason counts. */
  end(error: FileSourceError): void {
    this.failure ??= error;
    this.#stop.abort(error);
    this.#queue.close();
  }

  emit(event: TransferEvent): void {
    try {
      this.#options.onEvent?.(event);
    } catch (error) {
      this.end(toFileSourceError(error));
    }
  }

  async #list(plan: Plan): Promise<void> {
    try {
      await plan.run({
        signal: this.#signal,
        times: this.#times,
        isFatal,
        onFile: async (file) => {
          this.#tally.plan(file.entry.size);
          await this.#sort?.add(file);
        },
        onLost: ({ ref, error }) => {
          if (error !== undefined) this.emit({ type: 'file-failed', ref, error: toTransferError(error) });
        },
      });
      this.#tally.planned();
      await this.#sort?.end();
      await this.#bundles?.idle();
      this.#queue.end();
    } catch (error) {
      this.end(toFileSourceError(error));
    }
  }

  /** What is listed goes to the queue, or where it pays into archives beside it. */
  #sorter(place: Place, bundles: BundleRunner): Sorter {
    const { by = 'auto', concurrency = defaultConcurrency } = this.#options;
    return new Bundler({
      by,
      concurrency,
      times: this.#times,
      signal: this.#signal,
      isStarted: ({ path, entry }) => place.journal.doneOf(path, entry) !== undefined || place.journal.partOf(path, entry.ref) !== undefined,
      onFile: async (file) => void (await this.#queue.push(file)),
      onBundle: (bundle) => bundles.add(bundle),
    });
  }

  #bundleRunner(place: Place): BundleRunner {
    const { hashing, clock } = this.#options;
    return new BundleRunner({
      ...place,
      hashing,
      clock,
      signal: this.#signal,
      onPacking: (percent, processed) => this.emit({ type: 'operation-progress', percent, processed }),
      onBytes: (bytes) => this.#tally.receive(bytes),
      onDone: (file, done) => {
        const { row, path } = file;
        this.emit({ type: 'file-started', ref: row.ref, path, size: row.size });
        this.#succeed(file, done);
      },
      onLeft: (file) => this.#queue.push(file),
      onError: (error) => this.end(toFileSourceError(error)),
    });
  }

  #succeed({ row, path }: PlannedFile, done: Downloaded): void {
    Object.assign(row, done, { status: 'ok' });
    this.emit({ type: 'file-done', ref: row.ref, path, ...done });
    this.#tally.endFile();
  }

  async #fetchFiles(places: Places): Promise<void> {
    const fetching = new Set<Promise<void>>();
    for await (const file of this.#queue) {
      const leave = await places.take(file);
      const fetched = this.#fetchFile(file, leave)
        .catch((error: unknown) => this.end(toFileSourceError(error)))
        .then(() => {
          leave();
          fetching.delete(fetched);
        });
      fetching.add(fetched);
    }
    await Promise.all(fetching);
  }

  async #fetchFile(file: PlannedFile, onReceived: () => void): Promise<void> {
    const place = this.#place;
    if (place === undefined || this.#signal.aborted) return;
    const { row, path } = file;
    const { ref } = row;
    let received = 0;
    this.emit({ type: 'file-started', ref, path, size: row.size });
    try {
      const { target, journal, smallFiles } = place;
      const done = await download(file, {
        target,
        journal,
        smallFiles,
        hashing: this.#options.hashing,
        clock: this.#options.clock,
        signal: this.#signal,
        onBytes: (bytes) => {
          received += bytes;
          this.#tally.receive(bytes);
        },
        onReceived,
      });
      this.#succeed(file, done);
    } catch (thrown) {
      const error = toFileSourceError(thrown);
      this.#tally.receive(-received);
      if (this.#signal.aborted) return;
      row.status = error.kind === 'not-found' ? 'missing' : 'failed';
      row.error = error;
      this.emit({ type: 'file-failed', ref, error: toTransferError(error) });
      this.#tally.endFile();
      if (isFatal(error)) this.end(error);
    }
  }
}

function isFatal(error: FileSourceError): boolean {
  return FileSourceError.is(error, 'unauthenticated', 'config-invalid') || endsTransfer(error);
}

function checkConcurrency(concurrency: number | undefined): void {
  if (concurrency === undefined || (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 1000)) return;
  throw new FileSourceError('invalid-argument', `the concurrency is a whole number from 1 to 1000, not ${concurrency}`);
}
