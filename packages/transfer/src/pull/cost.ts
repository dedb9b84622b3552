import { nextPollDelayMs, type FileSource, type Limits } from '@filesource/core';
import { usualSettings } from '../ranges/widening.ts';
import type { Latency } from './listing-times.ts';
import { smallBatches, smallBytes } from './places.ts';
import { SharedRequests } from './shared-requests.ts';

/** What nobody can know beforehand, and what is assumed of it; times in milliseconds. */
export const assumptions = {
  /** Of the connection, where the config does not bound it: 100 Mbit/s. */
  bytesPerSecond: 12_500_000,
  /** Of a file whose size the vendor does not list. */
  unknownBytes: 256 * 1024,
  /** From the request for an archive to the first file in it. */
  packStartMs: 1000,
  packFileMs: 10,
  packBytesPerSecond: 20_000_000,
} as const;

/** Requests to the vendor: files that are opened, or the parts of an archive. */
export interface Calls {
  readonly open: number;
  readonly start: number;
  readonly poll: number;
  readonly download: number;
}

/** One way to fetch some files. */
export interface Way {
  readonly calls: Calls;
  readonly timeMs: number;
}

export interface Circumstances {
  readonly latency: Latency;
  /** Files in flight at once. */
  readonly concurrency: number;
}

export function callCount({ open, start, poll, download }: Calls): number {
  return open + start + poll + download;
}

/** Files of one source, and what fetching them one by one costs. */
export class FileLoad {
  readonly #limits: Limits;
  readonly #concurrency: number;
  files = 0;
  /** Of those that are listed with a size. */
  bytes = 0;
  unknownSizes = 0;
  /** Of the files that may come in ranges. */
  ranges = 0;
  #alone = 0;
  readonly #shared: SharedRequests;
  readonly #smallShared: SharedRequests;

  constructor(source: FileSource, concurrency: number) {
    this.#limits = source.capabilities.limits;
    this.#concurrency = concurrency;
    this.#shared = new SharedRequests(this.#limits, concurrency);
    this.#smallShared = new SharedRequests(this.#limits, smallBatches * (this.#limits.openBatch ?? 1));
  }

  /** Bytes, those that no listing tells included. */
  get expectedBytes(): number {
    return this.bytes + this.unknownSizes * assumptions.unknownBytes;
  }

  add(size: number | null): void {
    this.files += 1;
    this.bytes += size ?? 0;
    if (size === null) this.unknownSizes += 1;
    this.ranges += rangesOf(size ?? 0);
    const { openBatch = 1, openBatchFileBytes = Number.POSITIVE_INFINITY, requestsPerListedOpen } = this.#limits;
    if (openBatch <= 1 || requestsPerListedOpen !== undefined || size === null || size > openBatchFileBytes) this.#alone += 1;
    else if (size <= smallBytes && this.#concurrency > 1) this.#smallShared.add(size);
    else this.#shared.add(size);
  }

  way({ latency: { ms }, concurrency }: Circumstances): Way {
    const { openBatch = 1, requestsPerListedOpen, maxConcurrency, maxOpening } = this.#limits;
    // Whoever has that limit goes by the concurrency of the caller.
    const opening = maxOpening === undefined ? maxConcurrency : Math.min(concurrency, maxConcurrency);
    const requestsPerOpen = requestsPerListedOpen ?? this.#limits.requestsPerOpen ?? 1;
    const sharing = this.files - this.#alone;
    const own = requestsPerOpen - 1;
    const open = this.#shared.count + this.#smallShared.count + sharing * own + this.#alone * requestsPerOpen;
    const sharedMs = (this.#shared.rounds + this.#smallShared.rounds) * ms;
    const ownMs = sharing === 0 ? 0 : rounds(sharing, Math.min(opening, concurrency > 1 ? smallBatches * openBatch : 1)) * own * ms;
    // Small files have places of their own where requests may be shared.
    const places = concurrency > 1 && requestsPerListedOpen !== undefined ? Math.max(concurrency, smallBatches * openBatch) : concurrency;
    const aloneMs = rounds(this.#alone, Math.min(places, opening)) * requestsPerOpen * ms;
    const requestsMs = Math.max(sharedMs, ownMs === 0 ? 0 : ownMs + ms) + aloneMs;
    return { calls: { open, start: 0, poll: 0, download: 0 }, timeMs: boundedMs(requestsMs, open, this.expectedBytes, this.#limits) };
  }
}

/** In which as many bytes come where one connection is slow; 0 for what comes by one. */
export function rangesOf(bytes: number): number {
  const { leastBytes, rangeBytes } = usualSettings;
  return bytes < leastBytes ? 0 : Math.ceil(bytes / rangeBytes);
}

/** The same files in one archive of the vendor's. */
export function archiveWay(load: Pick<FileLoad, 'files' | 'expectedBytes'>, { latency: { ms } }: Circumstances, limits: Limits): Way {
  const packMs = packingMs(load);
  const { polls, seenMs } = watchOf(packMs, ms);
  const calls = { open: 0, start: 1, poll: polls, download: 1 };
  return { calls, timeMs: ms + seenMs + ms + boundedMs(0, callCount(calls), load.expectedBytes, limits) };
}

function packingMs({ files, expectedBytes }: Pick<FileLoad, 'files' | 'expectedBytes'>): number {
  return assumptions.packStartMs + files * assumptions.packFileMs + (expectedBytes * 1000) / assumptions.packBytesPerSecond;
}

/** The looks at an operation of that length, by the schedule that looks at it, and when its end is seen. */
function watchOf(packMs: number, latencyMs: number): { readonly polls: number; readonly seenMs: number } {
  const progress = (elapsedMs: number): number => Math.min(100, Math.floor((100 * elapsedMs) / packMs));
  let elapsedMs = 0;
  let percent = 0;
  let percentSinceMs = 0;
  let delayMs = nextPollDelayMs({ elapsedMs, percent, percentSinceMs });
  for (let polls = 1; ; polls += 1) {
    // What a look shows is as old as half of its way.
    const shownMs = elapsedMs + delayMs + latencyMs / 2;
    elapsedMs += delayMs + latencyMs;
    if (shownMs >= packMs) return { polls, seenMs: elapsedMs };
    if (progress(shownMs) !== percent) {
      percent = progress(shownMs);
      percentSinceMs = elapsedMs;
    }
    delayMs = nextPollDelayMs({ elapsedMs, percent, percentSinceMs });
  }
}

function boundedMs(requestsMs: number, requests: number, bytes: number, { maxRequestsPerSecond, maxBytesPerSecond }: Limits): number {
  const bytesMs = (bytes * 1000) / Math.min(assumptions.bytesPerSecond, maxBytesPerSecond ?? Number.POSITIVE_INFINITY);
  const ratedMs = maxRequestsPerSecond === undefined ? 0 : (requests * 1000) / maxRequestsPerSecond;
  return Math.max(requestsMs, bytesMs, ratedMs);
}

function rounds(files: number, atOnce: number): number {
  return Math.ceil(files / Math.max(1, atOnce));
}
