import { Readable } from 'node:stream';
import type { Capabilities, Clock, Content, FileSource } from '@filesource/core';
import type { PartFile } from '../local/part-file.ts';
import { receive, type ReceiveOptions } from '../receive.ts';
import { KeptBody } from './kept-body.ts';
import { openRangeOf, type OpenRange } from './open-range.ts';
import type { SparePlaces } from './spare-places.ts';
import { usualSettings, Widening, type WideningSettings } from './widening.ts';

export interface InRanges {
  readonly source: FileSource;
  /** Opens a range of what is being received. */
  readonly open: OpenRange;
  readonly places: SparePlaces;
  readonly clock: Clock;
  /** What came is held against checksums of its own, as an archive is. Default: no; then only what has a validator comes in ranges. */
  readonly hasChecksums?: boolean;
  /** What is received may not be had a second time: its first body stays open until all is there, and goes on where ranges fail. Default: no. */
  readonly keepsFirst?: boolean;
  readonly settings?: Partial<WideningSettings>;
}

/** So often ranges may fail before they have brought much, until the rest comes in one for good. */
const mostFruitless = 2;

/** Whether ranges can help. Where the config bounds the bytes, one connection brings as many as several; where it bounds the requests, there are to be few. */
export function mayUseRanges({ openRange, limits }: Capabilities): boolean {
  return openRange.support === 'native' && limits.maxBytesPerSecond === undefined && limits.maxRequestsPerSecond === undefined;
}

/**
 * As {@link receive}, and from where one connection turns out slow, the rest comes in several ranges at once.
 * - Where ranges fail or take too long, one connection goes on, and fails with what it meets; throws `conflict` where it brings another file. When it is slow as well, ranges come
 *   again, unless they brought little twice. Where they bring hardly more than it did, it goes on to the end.
 */
export async function receiveInRanges(first: Content, part: PartFile, receiving: ReceiveOptions, inRanges: InRanges): Promise<void> {
  if (inRanges.keepsFirst !== true) return receiveWidely(first, part, receiving, inRanges);
  let kept: KeptBody | undefined;
  const keep = (): void => {
    kept ??= new KeptBody(first.body, part.bytes, inRanges.clock, receiving);
  };
  const onBytes = (bytes: number): void => {
    receiving.onBytes?.(bytes);
    kept?.look(part.bytes);
  };
  try {
    await receiveWidely(first, part, { ...receiving, onBytes }, inRanges, keep);
  } catch (error) {
    if (kept === undefined || receiving.signal?.aborted === true) throw error;
    await kept.goOn(part, receiving).catch(() => Promise.reject(error));
  } finally {
    kept?.close();
  }
}

/** `keep` is called where the first body ends before its end; without it, that is closed then. */
async function receiveWidely(first: Content, part: PartFile, receiving: ReceiveOptions, inRanges: InRanges, keep?: () => void): Promise<void> {
  const { open, places, clock } = inRanges;
  const signal = receiving.signal ?? new AbortController().signal;
  const settings = { ...usualSettings, ...inRanges.settings };
  // A range is given in one piece, after a silence that is none of the vendor's, and has a time of its own.
  const { idle: _ofBodies, ...ofRanges } = receiving;
  let content = first;
  for (let fruitless = 0; ; ) {
    const { totalSize } = content;
    if (fruitless >= mostFruitless || totalSize === null || !comesInRanges(content, inRanges, settings)) return receive(content.body, part, receiving);
    const widening = new Widening({ content, open, places, clock, signal, settings });
    try {
      const keepsOpen = keep !== undefined && content === first;
      await receiveUntil(content, part, { ...receiving, keepsOpen }, widening);
      if (part.bytes >= totalSize || part.bytes !== widening.end) return;
      if (keepsOpen) keep();
      await receive(Readable.from(widening.ranges(), { objectMode: false }), part, ofRanges);
    } finally {
      widening.close();
    }
    if (part.bytes >= totalSize) return;
    if (!widening.hasFailed) fruitless = mostFruitless;
    else fruitless = part.bytes - widening.end < settings.leastBytes ? fruitless + 1 : 0;
    content = await openRangeOf(first, { offset: part.bytes, length: totalSize - part.bytes }, open, signal);
  }
}

function receiveUntil({ body }: Content, part: PartFile, receiving: ReceiveOptions, widening: Widening): Promise<void> {
  const onBytes = (bytes: number): void => {
    receiving.onBytes?.(bytes);
    widening.look(part.bytes);
  };
  return receive(body, part, { ...receiving, onBytes, until: () => widening.end });
}

/** Not where the vendor sends all that stands before a range. */
function comesInRanges({ size, totalSize, offset, skippedBytes, validator }: Content, { source, hasChecksums = false }: InRanges, { leastBytes }: WideningSettings): boolean {
  const isLargeRest = size !== null && size >= leastBytes && totalSize === offset + size;
  const isProven = validator !== null || hasChecksums;
  return isLargeRest && isProven && skippedBytes === undefined && mayUseRanges(source.capabilities);
}
