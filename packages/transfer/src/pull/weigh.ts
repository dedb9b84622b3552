import type { FileSource } from '@filesource/core';
import { archiveWay, callCount, FileLoad, type Circumstances, type Way } from './cost.ts';
import type { PlannedFile } from './plan.ts';

/**
 * How files are fetched.
 * - `files`: one by one. `archive`: in archives, wherever the vendor makes them. `auto`: the cheaper way, file by file when in doubt.
 */
export type PullWay = 'auto' | 'files' | 'archive';

export const pullWays: readonly PullWay[] = ['auto', 'files', 'archive'];

/** Fewer files are no reason to keep a vendor busy. */
const leastFiles = 20;
/** An archive has to be this much faster: more about it is assumed. */
const clearly = 0.7;
/** With so few of the calls, it may take a little longer too. */
const fewCalls = 0.1;
const aboutAsFast = 1.25;

/** What one archive holds at most. */
export const bundleLimits = { files: 1000, bytes: 256 * 1024 * 1024 } as const;

export interface Choice {
  readonly by: 'files' | 'archive';
  /** For people. */
  readonly why: string;
  readonly files: Way;
  /** Missing where it was not weighed. */
  readonly archive?: Way;
}

export function makesArchives({ capabilities }: FileSource): boolean {
  return capabilities.archive.support === 'native';
}

/** One archive against single downloads, for files of one source. */
export function weigh(source: FileSource, files: readonly PlannedFile[], by: PullWay, circumstances: Circumstances): Choice {
  const load = loadOf(source, files, circumstances);
  const single = load.way(circumstances);
  if (by === 'files') return { by, why: 'as asked for', files: single };
  const archive = archiveWay(load, circumstances, source.capabilities.limits);
  const choose = (chosen: Choice['by'], why: string): Choice => ({ by: chosen, why, files: single, archive });
  if (files.length < 2) return choose('files', 'an archive of one file wins nothing');
  if (by === 'archive') return choose('archive', 'as asked for');
  if (files.length < leastFiles) return choose('files', `fewer than ${leastFiles} small files`);
  const compared = `one archive takes ${(archive.timeMs / single.timeMs).toFixed(2)} of the time, with ${callCount(archive.calls)} in place of ${callCount(single.calls)} calls`;
  return wins(archive, single) ? choose('archive', compared) : choose('files', `${compared}, and less than ${leastShare(archive, single)} is asked for`);
}

function leastShare(archive: Way, single: Way): number {
  return callCount(archive.calls) <= fewCalls * callCount(single.calls) ? aboutAsFast : clearly;
}

function wins(archive: Way, single: Way): boolean {
  return archive.timeMs < leastShare(archive, single) * single.timeMs;
}

/** False where not even a full archive of small files could be chosen. */
export function couldWin(source: FileSource, circumstances: Circumstances): boolean {
  const load = new FileLoad(source, circumstances.concurrency);
  for (let files = 0; files < bundleLimits.files; files += 1) load.add(0);
  return wins(archiveWay(load, circumstances, source.capabilities.limits), load.way(circumstances));
}

function loadOf(source: FileSource, files: readonly PlannedFile[], { concurrency }: Circumstances): FileLoad {
  const load = new FileLoad(source, concurrency);
  for (const { entry } of files) load.add(entry.size);
  return load;
}
