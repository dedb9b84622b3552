import type { FileSource } from '@filesource/core';
import { nameKey } from '../archive/name-key.ts';
import type { ListingTimes } from './listing-times.ts';
import type { PlannedFile } from './plan.ts';
import { bundleLimits, couldWin, makesArchives, weigh, type Choice, type PullWay } from './weigh.ts';

export interface BundlerOptions {
  readonly by: PullWay;
  readonly concurrency: number;
  readonly times: ListingTimes;
  readonly signal: AbortSignal;
  /** True for a file that an earlier run has, or has a part of. */
  readonly isStarted: (file: PlannedFile) => boolean;
  /** A file to be fetched by itself; resolves when the next one may come; `undefined`: at once. */
  readonly onFile: (file: PlannedFile, why: string) => Promise<void> | undefined;
  /** Files that one archive brings. */
  readonly onBundle: (bundle: Bundle) => void;
}

export interface Bundle {
  readonly source: FileSource;
  readonly files: readonly PlannedFile[];
  readonly choice: Choice;
}

interface Gathering {
  readonly files: PlannedFile[];
  readonly names: Set<string>;
  bytes: number;
}

/** A larger file gains nothing from an archive, and by itself it can be continued. */
const smallBytes = 1024 * 1024;
/** With fewer, another short one is asked for before an archive is chosen. */
const leastAnswers = 2;

/**
 * Sorts the files of a pull: those that one archive may bring cheaper are put aside until enough are known to tell.
 * - Holds back no more than one archive's worth of each source, and nothing where an archive cannot win.
 * - Two files that an archive may call the same never come into one: nothing could tell them apart there.
 */
export class Bundler {
  readonly #options: BundlerOptions;
  readonly #gathered = new Map<FileSource, Gathering>();
  /** Weighed anew only when the source turns out to be faster. */
  readonly #hopes = new Map<FileSource, { readonly latencyMs: number; readonly couldWin: boolean }>();

  constructor(options: BundlerOptions) {
    this.#options = options;
  }

  /** Resolves when the next one may come; `undefined`: at once. */
  add(file: PlannedFile): Promise<void> | undefined {
    const why = this.#refusal(file);
    return why === undefined ? this.#gather(file) : this.#options.onFile(file, why);
  }

  /** Nothing more comes. */
  async end(): Promise<void> {
    for (const [source, gathering] of this.#gathered) await this.#decide(source, gathering);
  }

  async #gather(file: PlannedFile): Promise<void> {
    const { source, entry } = file;
    // Others may add while this one waits.
    for (let full = this.#fullOf(file); full !== undefined; full = this.#fullOf(file)) await this.#decide(source, full);
    const gathering = this.#gathered.get(source) ?? { files: [], names: new Set(), bytes: 0 };
    this.#gathered.set(source, gathering);
    const key = nameKey(entry.name);
    if (gathering.names.has(key)) {
      await this.#options.onFile(file, 'another file has the same name');
      return;
    }
    gathering.names.add(key);
    gathering.files.push(file);
    gathering.bytes += entry.size ?? 0;
  }

  /** Why a file is better fetched by itself, whatever else is. */
  #refusal(file: PlannedFile): string | undefined {
    const { by, isStarted } = this.#options;
    const { source, entry } = file;
    if (!makesArchives(source)) return 'the vendor makes no archives';
    if (by === 'files') return 'as asked for';
    if (isStarted(file)) return 'an earlier run has it, or a part of it';
    if (entry.size !== null && entry.size > bundleLimits.bytes) return 'larger than an archive is made';
    if (by === 'archive') return undefined;
    if (entry.size === null) return 'its size is not known';
    if (entry.size > smallBytes) return 'larger than 1 MiB, where an archive wins nothing';
    return this.#couldWin(source) ? undefined : 'the vendor answers faster than it could pack';
  }

  #couldWin(source: FileSource): boolean {
    const { times, concurrency } = this.#options;
    const latency = times.latencyOf(source);
    const known = this.#hopes.get(source);
    if (known?.latencyMs === latency.ms) return known.couldWin;
    const hope = { latencyMs: latency.ms, couldWin: couldWin(source, { latency, concurrency }) };
    this.#hopes.set(source, hope);
    return hope.couldWin;
  }

  /** What has no room for the file. */
  #fullOf({ source, entry }: PlannedFile): Gathering | undefined {
    const gathering = this.#gathered.get(source);
    const isFull = gathering !== undefined && (gathering.files.length >= bundleLimits.files || gathering.bytes + (entry.size ?? 0) > bundleLimits.bytes);
    return isFull ? gathering : undefined;
  }

  async #decide(source: FileSource, { files }: Gathering): Promise<void> {
    const { by, times, concurrency, signal, onFile, onBundle } = this.#options;
    this.#gathered.delete(source);
    const weighed = (): Choice => weigh(source, files, by, { latency: times.latencyOf(source), concurrency });
    let choice = weighed();
    const [first] = files;
    if (by === 'auto' && choice.by === 'archive' && times.latencyOf(source).calls < leastAnswers && first !== undefined) {
      // One answer to a listing tells little: a connection was made for it, and many entries were found.
      await times.measure(source, () => source.stat({ folder: first.entry.folder }, { signal })).catch(() => undefined);
      choice = weighed();
    }
    if (choice.by === 'archive') onBundle({ source, files, choice });
    else for (const file of files) await onFile(file, choice.why);
  }
}
