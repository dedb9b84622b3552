import { once } from 'node:events';
import { awaitUnder, FileSourceError, GatheredBytes, runAhead, type ByteRange, type Clock, type Content, type Ran } from '@filesource/core';
import { closeBody, openRangeOf, type OpenRange } from './open-range.ts';
import type { SparePlaces } from './spare-places.ts';

export interface WideningSettings {
  /** Less comes by one connection, however slow it is. */
  readonly leastBytes: number;
  /** For so long one connection shows what it brings. */
  readonly lookMs: number;
  /** For so long the body goes on while a first range is asked for. */
  readonly leadMs: number;
  /** One that brings as many bytes a second is fast enough. */
  readonly fastBytesPerSecond: number;
  /** A rest that takes less time than this is not worth it. */
  readonly leastLeftMs: number;
  /** Of one range; each is held in memory until its turn. */
  readonly rangeBytes: number;
  /** Ranges at once. */
  readonly mostRanges: number;
  /** So many times the bytes of one connection have to come, else the rest comes by one again. */
  readonly leastGain: number;
}

export const usualSettings: WideningSettings = {
  leastBytes: 64 * 1024 * 1024,
  lookMs: 3000,
  leadMs: 2000,
  fastBytesPerSecond: 24 * 1024 * 1024,
  leastLeftMs: 10_000,
  rangeBytes: 4 * 1024 * 1024,
  mostRanges: 4,
  leastGain: 1.25,
};

export interface WideningOptions {
  /** What is being received. The size of the whole is known. */
  readonly content: Content;
  readonly open: OpenRange;
  readonly places: SparePlaces;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly settings: WideningSettings;
}

type Ranges = AsyncGenerator<Ran<Required<ByteRange>, Buffer[]>, void, undefined>;

/** Pieces of a body that are less are put together. */
const smallBytes = 64 * 1024;
/** So many times what one connection would have taken, and some more, ranges may take. */
const mostTimes = 2;
const patienceMs = 5000;
const longestMs = 3_600_000;
/** One for all: an error is costly to make, and nobody reads this one. */
const gone = new FileSourceError('aborted', 'the rest of the file is not wanted any more');

/**
 * Fetches the rest of a large file, or archive, in several ranges at once where one connection is slow, as those to a vendor far away are.
 * - The body that is being received goes on up to {@link end}; what follows comes from {@link ranges}, in its order.
 * - Starts only when a first range has shown that it is of the same file, and that the vendor does not send all that stands before it.
 * - Takes places that nobody has, and one file at a time. Where several ranges bring hardly more than one did, or one of them fails or takes too long,
 *   they end.
 */
export class Widening {
  readonly #options: WideningOptions;
  readonly #settings: WideningSettings;
  readonly #total: number;
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;
  /** Since when, and where, the body is looked at. */
  #since: { readonly ms: number; readonly at: number } | undefined;
  #at = 0;
  /** Of one connection. */
  #bytesPerMs = 0;
  #hasTried = false;
  #hasFailed = false;
  /** Ends the wait for a first range, which is of use as long as the body has not come to it. */
  #wait: { readonly start: number; readonly over: AbortController } | undefined;
  #endRanges: (() => void) | undefined;
  /** The place of the file itself is free once its body is not needed any more. */
  #isOwnFree = false;
  #end = Number.POSITIVE_INFINITY;
  #ranges: Ranges | undefined;
  /** The first of them, on its way. */
  #first: ReturnType<Ranges['next']> | undefined;

  constructor(options: WideningOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#total = options.content.totalSize ?? 0;
    this.#signal = AbortSignal.any([options.signal, this.#over.signal]);
  }

  /** Where the body that is being received is not needed any more; `Infinity` where nothing else is on its way. */
  get end(): number {
    return this.#end;
  }

  /** Looks at how fast bytes come; `at` is how far they are. */
  look(at: number): void {
    this.#at = at;
    if (this.#wait !== undefined && at >= this.#wait.start) this.#wait.over.abort(gone);
    if (this.#hasTried) return;
    const ms = this.#options.clock.now();
    this.#since ??= { ms, at };
    const elapsedMs = ms - this.#since.ms;
    const { lookMs, leadMs, fastBytesPerSecond, leastLeftMs, rangeBytes } = this.#settings;
    if (elapsedMs < lookMs) return;
    this.#bytesPerMs = (at - this.#since.at) / elapsedMs;
    // It may get slower.
    this.#since = { ms, at };
    const start = at + Math.max(rangeBytes, Math.ceil(this.#bytesPerMs * leadMs));
    const isSlow = this.#bytesPerMs * 1000 < fastBytesPerSecond;
    if (isSlow && this.#total - at > leastLeftMs * this.#bytesPerMs && this.#total - start > rangeBytes) this.#tryFrom(start);
  }

  /** Whether {@link ranges} ended before the file because one of them could not be had, or took too long. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** What follows {@link end}, as far as it is to come in ranges: to the end of the file, or to where the rest is better asked for in one. */
  async *ranges(): AsyncGenerator<Buffer, void, undefined> {
    const { clock } = this.#options;
    const { mostRanges, leastGain, rangeBytes } = this.#settings;
    const start = this.#end;
    const startedMs = clock.now();
    this.#isOwnFree = true;
    let at = start;
    let begun: { readonly ms: number; readonly at: number } | undefined;
    try {
      for (let step = await this.#first; step !== undefined && step.done !== true; step = await this.#ranges?.next()) {
        const { item, result } = step.value;
        const dueMs = startedMs + patienceMs + (mostTimes * (at + item.length - start)) / this.#bytesPerMs;
        const coming = awaitUnder(result, { clock, signal: this.#signal, timeoutMs: Math.min(Math.max(0, dueMs - clock.now()), longestMs), onTimeout: () => gone });
        const pieces = await coming.catch((error: unknown) => this.#noteFailure(error));
        // One connection may bring what several do not, or tells why not.
        if (pieces === undefined) break;
        // Not yield*: from an array, it turns what ends the reader into a TypeError in newer V8.
        for (const piece of pieces) yield piece;
        at += item.length;
        // The first ones came while the body went on.
        if (at - start < mostRanges * rangeBytes) continue;
        begun ??= { ms: clock.now(), at };
        const isShown = at - begun.at >= 2 * mostRanges * rangeBytes;
        if (isShown && at - begun.at < leastGain * this.#bytesPerMs * (clock.now() - begun.ms)) break;
      }
    } finally {
      await this.#ranges?.return();
    }
  }

  /** Gives up what is on its way. */
  close(): void {
    this.#over.abort(gone);
    this.#ranges?.return().catch(() => undefined);
    this.#endRanges?.();
  }

  #noteFailure(error: unknown): undefined {
    if (this.#signal.aborted) throw error;
    this.#hasFailed = true;
  }

  #tryFrom(start: number): void {
    const { places } = this.#options;
    this.#endRanges = places.takeRanges();
    const leave = this.#endRanges === undefined ? undefined : places.takeSpare();
    if (leave === undefined) {
      // It may be otherwise later.
      this.#endRanges?.();
      return;
    }
    this.#hasTried = true;
    const over = new AbortController();
    this.#wait = { start, over };
    this.#openFirst(start, AbortSignal.any([this.#signal, over.signal])).then(
      (content) => this.#begin(start, content, leave),
      () => {
        // The body that is on its way needs no other.
        leave();
        this.#endRanges?.();
      },
    );
  }

  #begin(start: number, content: Content, leave: () => void): void {
    if (this.#signal.aborted || this.#at >= start) {
      closeBody(content);
      leave();
      this.#endRanges?.();
      return;
    }
    this.#wait = undefined;
    this.#end = start;
    const isFirst = ({ offset }: ByteRange): boolean => offset === start;
    const run = (range: Required<ByteRange>, signal: AbortSignal): Promise<Buffer[]> =>
      isFirst(range) ? gather(content, range.length).finally(leave) : this.#fetch(range, signal);
    const weightOf = (): number => (this.#isOwnFree || this.#options.places.hasSpare ? 0 : Number.POSITIVE_INFINITY);
    this.#ranges = runAhead(this.#rangesFrom(start), { run, most: this.#settings.mostRanges, weightOf, mostWeight: 0, signal: this.#signal });
    this.#first = this.#ranges.next();
  }

  async #fetch(range: Required<ByteRange>, signal: AbortSignal): Promise<Buffer[]> {
    const leave = this.#takePlace();
    try {
      return await gather(await this.#open(range, signal), range.length);
    } finally {
      leave();
    }
  }

  /** There is one: no range starts before its turn without a place, and in its turn nothing else of the file is on its way. */
  #takePlace(): () => void {
    const leave = this.#isOwnFree ? undefined : this.#options.places.takeSpare();
    if (leave !== undefined) return leave;
    this.#isOwnFree = false;
    return () => (this.#isOwnFree = true);
  }

  async #open(range: Required<ByteRange>, signal: AbortSignal): Promise<Content> {
    const content = await openRangeOf(this.#options.content, range, this.#options.open, signal);
    if (content.skippedBytes === undefined) return content;
    closeBody(content);
    throw new FileSourceError('vendor-protocol', 'the vendor sends the file from its start, whatever range is asked for');
  }

  /** Resolves when its first bytes are there: a vendor may tell at once what it sends, and send nothing for long. */
  async #openFirst(start: number, signal: AbortSignal): Promise<Content> {
    const content = await this.#open(this.#rangeAt(start), signal);
    try {
      await once(content.body, 'readable', { signal });
      return content;
    } catch (error) {
      closeBody(content);
      throw error;
    }
  }

  #rangeAt(offset: number): Required<ByteRange> {
    return { offset, length: Math.min(this.#settings.rangeBytes, this.#total - offset) };
  }

  #rangesFrom(start: number): Required<ByteRange>[] {
    const ranges: Required<ByteRange>[] = [];
    for (let offset = start; offset < this.#total; offset += this.#settings.rangeBytes) ranges.push(this.#rangeAt(offset));
    return ranges;
  }
}

/** The body in pieces; small ones are put together. */
async function gather({ body }: Content, length: number): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  let small = new GatheredBytes();
  let received = 0;
  const endSmall = (): void => {
    if (small.length > 0) pieces.push(small.whole());
    small = new GatheredBytes();
  };
  for await (const chunk of body as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (chunk.length < smallBytes) small.add(chunk);
    if (chunk.length >= smallBytes || small.length >= smallBytes) endSmall();
    if (chunk.length >= smallBytes) pieces.push(chunk);
  }
  endSmall();
  if (received !== length) throw new FileSourceError('truncated', `${received} of ${length} bytes of a range came`, { status: 'temporary' });
  return pieces;
}
