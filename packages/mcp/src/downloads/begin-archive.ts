import { FileSourceError, type Archive, type FileSource, type Operation } from '@filesource/core';

/**
 * Starts an archive, with a token for other processes where the source gives one.
 * - A selection that fits into no token is started without one.
 */
export async function beginArchive(source: FileSource, refs: readonly string[], convert: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Operation<Archive>> {
  const options = { onItemError: 'skip', convert, signal } as const;
  if (source.capabilities.archiveAttach.support === 'unsupported') return source.archive(refs, options);
  try {
    return await source.archive(refs, { ...options, needsToken: true });
  } catch (error) {
    const wasRefusedHere = FileSourceError.is(error, 'too-large') && error.vendorCode === undefined && error.httpStatus === undefined;
    if (wasRefusedHere) return source.archive(refs, options);
    throw error;
  }
}
