import { FileSourceError, type ByteRange, type Content, type FileRef, type FileSource } from '@filesource/core';
import { Refusal } from '../problem/refusal.ts';
import { lastBytes, wantedRange } from './byte-range.ts';
import { etagOf, mayResume } from './content-headers.ts';

export interface FileRequest {
  readonly source: FileSource;
  readonly ref: FileRef;
  readonly rangeHeader: string | undefined;
  readonly ifRange: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Opens what a request with a Range header is to get: the part that it asks for, or all of it.
 * - All of it also where a part could not be told as one: the size is not known, or `If-Range` names something else.
 * - Throws `range-not-satisfiable` for a part that is not there, with the size where it is known.
 */
export async function openFile(request: FileRequest): Promise<{ readonly content: Content; readonly isPart: boolean }> {
  const wanted = wantedRange(request.rangeHeader);
  if (wanted === undefined) return openWhole(request);
  if ('range' in wanted) return openPart(request, wanted.range);
  const { size } = await statOf(request);
  if (size === null) return openWhole(request);
  const range = lastBytes(wanted.last, size);
  if (range === undefined) throw outside(size);
  const opened = await openPart(request, range);
  const { totalSize } = opened.content;
  if (!opened.isPart || totalSize === null || totalSize === size) return opened;
  // The listing was wrong about the size; the body is not.
  opened.content.body.destroy();
  return openPart(request, lastBytes(wanted.last, totalSize) ?? range);
}

async function openWhole({ source, ref, signal }: FileRequest): Promise<{ readonly content: Content; readonly isPart: boolean }> {
  return { content: await source.open(ref, { signal }), isPart: false };
}

async function openPart(request: FileRequest, range: ByteRange): Promise<{ readonly content: Content; readonly isPart: boolean }> {
  const { source, ref, ifRange, signal } = request;
  const content = await source.open(ref, { range, signal }).catch(async (error: unknown) => {
    if (!FileSourceError.is(error, 'range-not-satisfiable')) throw error;
    throw outside(await statOf(request).then(({ size }) => size, () => null));
  });
  const { size, totalSize } = content;
  if (size === null || totalSize === null || !mayResume(ifRange, etagOf(content.validator))) {
    content.body.destroy();
    return openWhole(request);
  }
  if (size > 0) return { content, isPart: true };
  content.body.destroy();
  throw outside(totalSize);
}

async function statOf({ source, ref, signal }: FileRequest): Promise<{ readonly size: number | null }> {
  const entry = await source.stat(ref, { signal });
  return { size: entry.kind === 'file' ? entry.size : null };
}

export function outside(size: number | null): Refusal {
  return new Refusal('range-not-satisfiable', size === null ? 'The range starts behind the end.' : `The range is not among the ${size} bytes that there are.`, {
    advice: 'Ask for the size first, with HEAD.',
    ...(size === null ? {} : { headers: { 'content-range': `bytes */${size}` } }),
  });
}
