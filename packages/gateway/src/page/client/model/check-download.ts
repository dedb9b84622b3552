import { problemOf, type Api } from '../api.ts';
import { contentPath, filePath } from '../paths.ts';
import type { Entry, Problem, SourceInfo } from '../wire.ts';

/**
 * Why a file cannot be downloaded, or `null` when it can.
 * - Costs one byte of the file; where the source has no ranges, the file is only looked up.
 */
export async function checkDownload(api: Api, { name, capabilities }: SourceInfo, entry: Entry): Promise<Problem | null> {
  const left = new AbortController();
  const hasRanges = capabilities.openRange.support !== 'unsupported' && !capabilities.openInMemory && entry.size !== 0;
  try {
    if (hasRanges) await api.send(contentPath(name, entry), { headers: { range: 'bytes=0-0' }, signal: left.signal });
    else await api.send(filePath(name, entry), { signal: left.signal });
    return null;
  } catch (error) {
    return problemOf(error);
  } finally {
    left.abort();
  }
}
