import { Readable } from 'node:stream';
import type { ByteRange, Capabilities, Clock, Content, FileSource } from '@filesource/core';
import type { PartFile } from '../local/part-file.ts';
import { receive, type ReceiveOptions } from '../receive.ts';
import type { SparePlaces } from './spare-places.ts';
import { Widening } from './widening.ts';

export interface InRanges {
  readonly source: FileSource;
  /** Opens a range of what is being received. */
  readonly open: (range: ByteRange, signal: AbortSignal) => Promise<Content>;
  readonly places: SparePlaces;
  readonly clock: Clock;
  /** What came is held against checksums of its own, as an archive is. Default: no; then only what has a validator comes in ranges. */
  readonly hasChecksums?: boolean;
}

/** Smaller rests come by one connection, however slow it is. */
export const leastInRanges = 64 * 1024 * 1024;

/** Whether ranges can help. Where the config bounds the bytes, one connection brings as many as several; where it bounds the requests, there are to be few. */
export function mayUseRanges({ openRange, limits }: Capabilities): boolean {
  return openRange.support === 'native' && limits.maxBytesPerSecond === undefined && limits.maxRequestsPerSecond === undefined;
}

/** As {@link receive}, and from where one connection turns out slow, the rest comes in several ranges at once. */
export async function receiveInRanges(content: Content, part: PartFile, receiving: ReceiveOptions, inRanges: InRanges): Promise<void> {
  const { totalSize, size, offset, skippedBytes, validator } = content;
  const { source, hasChecksums = false, ...widened } = inRanges;
  const isLargeRest = size !== null && size >= leastInRanges && totalSize === offset + size;
  const isProven = validator !== null || hasChecksums;
  if (!isLargeRest || !isProven || skippedBytes !== undefined || !mayUseRanges(source.capabilities)) {
    await receive(content.body, part, receiving);
    return;
  }
  const signal = receiving.signal ?? new AbortController().signal;
  const widening = new Widening({ ...widened, content, signal });
  const onBytes = (bytes: number): void => {
    receiving.onBytes?.(bytes);
    widening.look(part.bytes);
  };
  try {
    await receive(content.body, part, { ...receiving, onBytes, until: () => widening.end });
    if (part.bytes < totalSize && part.bytes === widening.end) await receive(Readable.from(widening.rest(), { objectMode: false }), part, receiving);
  } finally {
    widening.close();
  }
}
