import { abortError, FileSourceError, toFileSourceError, type FileSource, type SourceEntry } from '@filesource/core';
import { Answers } from '../answers.ts';
import { toTransferError, type TransferEvent } from '../events.ts';
import { eitherOf } from '../local/either-of.ts';
import type { TargetDirectory } from '../local/target-directory.ts';
import { endsTransfer } from '../local/target-error.ts';
import { SparePlaces } from '../ranges/spare-places.ts';
import { BundleRunner } from './bundle-runner.ts';
import { Bundler } from './bundler.ts';
import { download, type Downloaded } from './download.ts';
import type { Journal } from './journal.ts';
import { ListingTimes } from './listing-times.ts';
import { Places } from './places.ts';
import type { Plan, PlannedFile } from './plan.ts';
import { defaultConcurrency, type PullOptions } from './pull-options.ts';
import { BoundedQueue } from './queue.ts';
import { isEmptyGroup } from './rows.ts';
import type { SmallFiles } from './small-files.ts';
import { Tally } from './tally.ts';
import { makesArchives } from './weigh.ts';

/** Files that are listed and wait for a place; past this, listing waits. */
const mostWaiting = 10_000;

/** Where files go. */
export interface Place {
  readonly target: TargetDirectory;
  readonly journal: Journal;
  readonly smallFiles: SmallFiles;
}

/** Where files go as they are listed. */
interface Sorter {
  /** Resolves when the next one may come; `undefined`: at once. */
  add(file: PlannedFile): Promise<void> | undefined;
  /** Everything is listed. */
  end(): Promise<void>;
}

export interface Look extends Sorter {
  readonly times: ListingTimes;
}

/** One pull while it runs: one side lists, several others fetch, and the first fatal error ends both. */
export class PullRun {
  readonly #options: PullOptions;
  readonly #place: Place | undefined;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #queue = new BoundedQueue<PlannedFile>(mostWaiting);
  readonly #places: Places;
  readonly #tally: Tally;
  readonly #times: ListingTimes;
  readonly #sort: Sorter | undefined;
  readonly #bundles: BundleRunner | undefined;
  readonly #answers = new Answers((error) => this.end(toFileSourceError(error)));
  failure: FileSourceError | undefined;

  constructor(options: PullOptions, place: Place | undefined, look: Look | undefined) {
    this.#options = options;
    this.#place = place;
    this.#times = look?.times ?? new ListingTimes(options.clock);
    this.#signal = eitherOf(this.#stop.signal, options.signal);
    this.#places = new Places(options.concurrency ?? defaultConcurrency);
    this.#tally = new Tally(options.clock, (event) => this.emit(event));
    this.#bundles = place === undefined ? undefined : this.#bundleRunner(place);
    this.#sort = place === undefined || this.#bundles === undefined ? look : this.#sorter(place, this.#bundles);
  }

  async execute(plan: Plan): Promise<void> {
    const { signal } = this.#options;
    const onAbort = (): void => {
      if (signal === undefined) return;
      const error = abortError(signal);
      this.end(error);
      this.#place?.smallFiles.giveUp(error);
    };
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const fetching = this.#fetchFiles();
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
      this.#answers.add(this.#options.onEvent?.(event));
    } catch (error) {
      this.end(toFileSourceError(error));
    }
  }

  /** Resolves when the listener has done with every event, or the pull has failed. */
  async heard(): Promise<void> {
    await this.#answers.settled(this.#signal).catch((error: unknown) => this.end(toFileSourceError(error)));
  }

  async #list(plan: Plan): Promise<void> {
    try {
      await plan.run({
        signal: this.#signal,
        times: this.#times,
        isFatal,
        onListed: (source, entries) => this.#foresee(source, entries),
        onFile: (file) => {
          this.#tally.plan(file.entry.size);
          return this.#sort?.add(file);
        },
        onLost: ({ ref, error }) => {
          if (error !== undefined) this.emit({ type: 'file-failed', ref, error: toTransferError(error) });
        },
      });
      for (const folder of plan.folders) if (isEmptyGroup(folder)) this.emit({ type: 'folder-empty', ref: folder.ref });
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
      onFile: (file) => this.#fetchLater(file, place),
      onBundle: (bundle) => bundles.add(bundle),
    });
  }

  #bundleRunner(place: Place): BundleRunner {
    const { hashing, clock, concurrency = defaultConcurrency } = this.#options;
    return new BundleRunner({
      ...place,
      hashing,
      clock,
      // The body of an archive has none of these places: where files come by one connection, a range would be a second.
      places: concurrency > 1 ? this.#places.spare : new SparePlaces(0),
      signal: this.#signal,
      onPacking: (percent, processed) => this.emit({ type: 'operation-progress', percent, processed }),
      onBytes: (bytes) => this.#tally.receive(bytes),
      onDone: (file, done) => {
        const { row, path } = file;
        this.emit({ type: 'file-started', ref: row.ref, path, size: row.size });
        this.#succeed(file, done);
      },
      onLeft: async (file) => this.#fetchLater(file, place),
      onError: (error) => this.end(toFileSourceError(error)),
    });
  }

  #foresee(source: FileSource, entries: readonly SourceEntry[]): void {
    const { by = 'auto' } = this.#options;
    // Those may come in archives.
    if (by !== 'files' && makesArchives(source)) return;
    this.#place?.smallFiles.foresee(entries.filter((entry) => entry.kind === 'file').map(({ size }) => size));
  }

  /** Resolves when the next one may come; `undefined`: at once. */
  #fetchLater(file: PlannedFile, { journal, smallFiles }: Place): Promise<void> | undefined {
    if (journal.doneOf(file.path, file.entry) === undefined) smallFiles.expect(file.entry.size);
    return this.#queue.push(file);
  }

  #succeed({ row, path }: PlannedFile, done: Downloaded): void {
    Object.assign(row, done, { status: 'ok' });
    this.emit({ type: 'file-done', ref: row.ref, path, ...done });
    this.#tally.endFile();
  }

  async #fetchFiles(): Promise<void> {
    const places = this.#places;
    const fetching = new Set<Promise<void>>();
    for (;;) {
      const file = this.#queue.shift() ?? (await this.#queue.next());
      if (file === undefined) break;
      const leave = places.takeNow(file) ?? (await places.take(file));
      const over = (): void => {
        leave();
        fetching.delete(fetched);
      };
      const fetched = this.#fetchFile(file, leave).then(over, (error: unknown) => {
        this.end(toFileSourceError(error));
        over();
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
        places: this.#places.spare,
        hashing: this.#options.hashing,
        clock: this.#options.clock,
        signal: this.#signal,
        concurrency: this.#options.concurrency ?? defaultConcurrency,
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
