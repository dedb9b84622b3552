import { FileSourceError, type ByteRange, type Content } from '@filesource/core';

export type OpenRange = (range: ByteRange, signal: AbortSignal) => Promise<Content>;

/** A range of what `whole` is, or was, a body of. Throws `conflict` where another one comes. */
export async function openRangeOf(whole: Content, range: Required<ByteRange>, open: OpenRange, signal: AbortSignal): Promise<Content> {
  const content = await open(range, signal);
  const isSame = content.validator === whole.validator && content.totalSize === whole.totalSize && content.offset === range.offset && content.size === range.length;
  if (isSame) return content;
  closeBody(content);
  // What came before it is still a part of the file as it was.
  throw new FileSourceError('conflict', 'the file was changed while it was being fetched', { status: 'temporary', advice: 'Fetch it again.' });
}

export function closeBody({ body }: Content): void {
  body.on('error', () => undefined);
  body.destroy();
}
