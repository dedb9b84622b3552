import type { FileSource } from '@filesource/core';
import { mayUseRanges } from '../ranges/receive-in-ranges.ts';
import { callCount, rangesOf, type FileLoad, type Way } from './cost.ts';

/** What happens when something goes wrong with files of a source, in the order in which it would. */
export function fallbacksOf({ capabilities }: FileSource, by: 'files' | 'archive', load: FileLoad, singly: Way | undefined): readonly string[] {
  const { openRange, limits } = capabilities;
  const inRanges = (what: string, calls: number): readonly string[] =>
    calls > 0 && mayUseRanges(capabilities) ? [`${what} that one connection brings slowly goes on in ranges, at most ${calls} calls more`] : [];
  const broken = openRange.support === 'native' ? 'a file that breaks off is continued by range from where it was' : 'a file that breaks off starts anew: the vendor has no ranges';
  const files = [
    ...((limits.openBatch ?? 1) > 1 ? ['a file whose shared request fails is asked for in another one, or alone'] : []),
    broken,
    ...inRanges('a large file', load.ranges * (limits.requestsPerOpen ?? 1)),
    'a file that fails for good becomes a row of the receipt, and the others go on',
  ];
  if (by === 'files') return files;
  const most = singly === undefined ? '' : `, at most ${callCount(singly.calls)} calls and ${Math.ceil(singly.timeMs / 1000)} s more`;
  return [
    `what the archive lacks, or has damaged or in another size, is fetched by itself afterwards${most}`,
    ...inRanges('an archive', rangesOf(load.expectedBytes)),
    'an archive that is refused, breaks, takes too long or holds what nobody asked for is dropped, and its files are fetched by themselves; the source gets no other archive in this run',
    ...files,
  ];
}
