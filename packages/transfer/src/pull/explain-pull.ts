import { lstat } from 'node:fs/promises';
import { TargetDirectory } from '../local/target-directory.ts';
import type { Receipt } from '../receipt.ts';
import { Bundler } from './bundler.ts';
import { Estimate, type PullEstimate } from './estimate.ts';
import { Journal } from './journal.ts';
import { ListingTimes } from './listing-times.ts';
import type { PlannedFile } from './plan.ts';
import { checkPullOptions, defaultConcurrency, type PullOptions } from './pull-options.ts';
import { listOnly } from './pull.ts';

export interface PullExplanation {
  readonly estimate: PullEstimate;
  /** That of a dry run: what would be fetched, and what cannot be listed. */
  readonly receipt: Receipt;
}

/**
 * What a pull with these options would ask of its vendors, in which way, and how long it would take.
 * - Lists everything as a dry run does, and throws as it does; fetches nothing and writes nothing but the receipt file.
 * - Decides as the pull does, by what the listing shows of each vendor's speed: another day's pull may decide otherwise.
 */
export async function explainPull(options: PullOptions): Promise<PullExplanation> {
  checkPullOptions(options);
  const { clock, directory, by = 'auto', concurrency = defaultConcurrency } = options;
  const times = new ListingTimes(clock);
  const estimate = new Estimate(times, concurrency);
  const earlier = await earlierRun(directory);
  const bundler = new Bundler({
    by,
    concurrency,
    times,
    signal: options.signal ?? new AbortController().signal,
    isStarted: (file) => earlier?.isStarted(file) ?? false,
    onFile: async (file, why) => estimate.addFile(file, why),
    onBundle: (bundle) => estimate.addBundle(bundle),
  });
  const startedMs = clock.now();
  const receipt = await listOnly(options, {
    times,
    add: async (file) => {
      if (earlier !== undefined && (await earlier.has(file))) estimate.keep(file);
      else await bundler.add(file);
    },
    end: () => bundler.end(),
  });
  return { estimate: estimate.result(Math.max(0, clock.now() - startedMs)), receipt };
}

interface EarlierRun {
  isStarted(file: PlannedFile): boolean;
  /** By its journal and its size; the pull itself also reads the bytes. */
  has(file: PlannedFile): Promise<boolean>;
}

/** What a pull into this directory left behind, where there was one. */
async function earlierRun(directory: string): Promise<EarlierRun | undefined> {
  const target = await TargetDirectory.existing(directory).catch(() => undefined);
  if (target === undefined) return undefined;
  const journal = await Journal.peek(target);
  return {
    isStarted: ({ path, entry }) => journal.doneOf(path, entry) !== undefined || journal.partOf(path, entry.ref) !== undefined,
    has: async ({ path, entry }) => {
      const done = journal.doneOf(path, entry);
      if (done === undefined) return false;
      const found = await lstat(target.resolve(path)).catch(() => undefined);
      return found?.isFile() === true && found.size === done.size;
    },
  };
}
