import { entryToJson, formatRef, resolveRef, type EntryJson, type FileSource } from '@filesource/core';
import type { IDataObject } from 'n8n-workflow';
import { KnownFiles } from './known-files.ts';

export interface PollOptions {
  readonly source: FileSource;
  readonly folder: string;
  /** Files that are remembered at most. */
  readonly most: number;
  /** What n8n keeps from poll to poll, as long as the workflow is there. */
  readonly state: IDataObject;
}

/**
 * The files that came since the last poll.
 * - The first poll of a folder remembers what is there and gives nothing.
 * - What the listing has no more is forgotten, so as much is kept as the folder has files. A listing that breaks changes nothing.
 */
export async function pollFolder({ source, folder, most, state }: PollOptions): Promise<readonly EntryJson[]> {
  const place = formatRef(source.name, resolveRef(source.name, folder));
  const before = state['folder'] === place && typeof state['known'] === 'string' ? KnownFiles.parse(state['known'], most) : undefined;
  const now = new KnownFiles(most);
  const fresh: EntryJson[] = [];
  for await (const entry of source.list(folder)) {
    if (entry.kind !== 'file') continue;
    now.add(entry.id);
    if (before?.has(entry.id) === false) fresh.push(entryToJson(entry));
  }
  state['folder'] = place;
  state['known'] = now.toString();
  return fresh;
}

/** Some files of the folder, for somebody who tries the trigger out; remembers nothing. */
export async function sampleOf(source: FileSource, folder: string, count: number): Promise<readonly EntryJson[]> {
  const sample: EntryJson[] = [];
  for await (const entry of source.list(folder, { readAhead: false })) {
    if (entry.kind === 'file') sample.push(entryToJson(entry));
    if (sample.length >= count) break;
  }
  return sample;
}
