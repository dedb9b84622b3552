import { formatRef, type FileSource, type Limits } from '@filesource/core';
import type { Bundle } from './bundler.ts';
import { archiveWay, assumptions, callCount, FileLoad, type Calls, type Circumstances, type Way } from './cost.ts';
import { fallbacksOf } from './fallbacks.ts';
import type { ListingTimes } from './listing-times.ts';
import type { PlannedFile } from './plan.ts';
import { bundleLimits, makesArchives } from './weigh.ts';

/** Files of one source that are fetched in one way. */
export interface EstimateGroup {
  readonly source: string;
  /** The folders that they are in; only the first ones are named. */
  readonly folders: readonly string[];
  readonly folderCount: number;
  readonly files: number;
  /** Of the files whose size is listed. */
  readonly bytes: number;
  readonly unknownSizes: number;
  readonly by: 'files' | 'archive';
  readonly why: string;
  readonly calls: Calls;
  readonly timeMs: number;
  /** What the other way would take; missing where it was not weighed. */
  readonly instead?: { readonly by: 'files' | 'archive'; readonly calls: Calls; readonly timeMs: number };
  /** What is done when something goes wrong, and what that costs at worst. */
  readonly fallbacks: readonly string[];
}

/**
 * What a pull would ask of its vendors and how long it would take, with what that rests on.
 * - Calls are requests, without those of the listing, which was made; redirects and attempts after a failure come on top.
 */
export interface PullEstimate {
  readonly files: number;
  readonly bytes: number;
  readonly unknownSizes: number;
  readonly calls: number;
  readonly timeMs: number;
  /** Files that an earlier run left here: looked at, and not fetched. */
  readonly kept: { readonly files: number; readonly bytes: number };
  readonly groups: readonly EstimateGroup[];
  readonly listing: { readonly calls: number; readonly timeMs: number };
  /** Round trips by which sources were measured; 0 calls: assumed. */
  readonly measured: readonly { readonly source: string; readonly latencyMs: number; readonly calls: number }[];
  readonly assumed: typeof assumptions;
}

interface Counted {
  readonly source: FileSource;
  readonly why: string;
  readonly load: FileLoad;
  readonly folders: Set<string>;
}

/** Adds up what a pull would do, file by file; holds no file. */
export class Estimate {
  readonly #times: ListingTimes;
  readonly #concurrency: number;
  readonly #single = new Map<FileSource, Map<string, Counted>>();
  readonly #bundles: { readonly bundle: Bundle; readonly counted: Counted }[] = [];
  #kept = { files: 0, bytes: 0 };

  constructor(times: ListingTimes, concurrency: number) {
    this.#times = times;
    this.#concurrency = concurrency;
  }

  keep({ entry }: PlannedFile): void {
    this.#kept = { files: this.#kept.files + 1, bytes: this.#kept.bytes + (entry.size ?? 0) };
  }

  addFile(file: PlannedFile, why: string): void {
    const ofSource = this.#single.get(file.source) ?? new Map<string, Counted>();
    this.#single.set(file.source, ofSource);
    const counted = ofSource.get(why) ?? this.#counted(file.source, why);
    ofSource.set(why, counted);
    count(counted, file);
  }

  addBundle(bundle: Bundle): void {
    const counted = this.#counted(bundle.source, bundle.choice.why);
    for (const file of bundle.files) count(counted, file);
    this.#bundles.push({ bundle, counted });
  }

  result(listingMs: number): PullEstimate {
    const single = [...this.#single.values()].flatMap((byWhy) => [...byWhy.values()].map((counted) => this.#groupOf(counted)));
    const bundled = this.#bundles.map(({ bundle: { choice }, counted }) => groupOf(counted, 'archive', choice.archive ?? choice.files, choice.files));
    const groups = [...single, ...bundled];
    const sources = [...new Set([...this.#single.keys(), ...this.#bundles.map(({ bundle }) => bundle.source)])];
    return {
      files: sum(groups, ({ files }) => files),
      bytes: sum(groups, ({ bytes }) => bytes),
      unknownSizes: sum(groups, ({ unknownSizes }) => unknownSizes),
      calls: sum(groups, ({ calls }) => callCount(calls)),
      timeMs: togetherMs(groups),
      kept: this.#kept,
      groups,
      listing: { calls: this.#times.calls, timeMs: listingMs },
      measured: sources.map((source) => {
        const { ms, calls } = this.#times.latencyOf(source);
        return { source: source.name, latencyMs: ms, calls };
      }),
      assumed: assumptions,
    };
  }

  #counted(source: FileSource, why: string): Counted {
    return { source, why, load: new FileLoad(source, this.#concurrency), folders: new Set() };
  }

  #groupOf(counted: Counted): EstimateGroup {
    const { source, load } = counted;
    const circumstances = { latency: this.#times.latencyOf(source), concurrency: this.#concurrency };
    return groupOf(counted, 'files', load.way(circumstances), makesArchives(source) && load.files > 1 ? archivesWay(load, circumstances, source.capabilities.limits) : undefined);
  }
}

const mostNamed = 5;

function groupOf({ source, why, load, folders }: Counted, by: 'files' | 'archive', { calls, timeMs }: Way, other?: Way): EstimateGroup {
  const { files, bytes, unknownSizes } = load;
  return {
    source: source.name,
    folders: [...folders].slice(0, mostNamed),
    folderCount: folders.size,
    files,
    bytes,
    unknownSizes,
    by,
    why,
    calls,
    timeMs,
    ...(other === undefined ? {} : { instead: { by: by === 'files' ? ('archive' as const) : ('files' as const), ...other } }),
    fallbacks: fallbacksOf(source, by, load, by === 'archive' ? other : undefined),
  };
}

/** In as many archives as it takes, one after another. */
function archivesWay(load: FileLoad, circumstances: Circumstances, limits: Limits): Way {
  const parts = Math.max(1, Math.ceil(load.files / bundleLimits.files), Math.ceil(load.bytes / bundleLimits.bytes));
  const { calls, timeMs } = archiveWay({ files: load.files / parts, expectedBytes: load.expectedBytes / parts }, circumstances, limits);
  return { calls: { open: 0, start: calls.start * parts, poll: calls.poll * parts, download: calls.download * parts }, timeMs: timeMs * parts };
}

/** Single downloads come in the order in which they were listed, archives one after another beside them. */
function togetherMs(groups: readonly EstimateGroup[]): number {
  const msOf = (way: EstimateGroup['by']): number => sum(groups, ({ by, timeMs }) => (by === way ? timeMs : 0));
  return Math.max(msOf('files'), msOf('archive'), (sum(groups, ({ bytes }) => bytes) * 1000) / assumptions.bytesPerSecond);
}

function count({ source, load, folders }: Counted, { entry }: PlannedFile): void {
  load.add(entry.size);
  folders.add(formatRef(source.name, { folder: entry.folder }));
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
