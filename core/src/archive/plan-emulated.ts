import type { FileEntry } from '../entry.ts';
import { inContext, type ErrorContext } from '../errors/error-context.ts';
import { PagesHeld } from '../pages-ahead.ts';
import type { FileRef } from '../ref.ts';
import { runAhead } from '../run-ahead.ts';
import type { SourceAdapter } from '../source-adapter.ts';
import type { ArchiveItem, ArchiveSelection } from './archive.ts';
import { createPathSpreader, safeSegment } from './entry-paths.ts';
import { walkFiles, type WalkedFile, type WalkOptions } from './walk.ts';

/** Files that are looked up, and folders that are walked, at once; the source bounds its calls by itself. */
const statsAtOnce = 64;
const walksAtOnce = 64;

export interface PlannedFile {
  readonly ref: FileRef;
  readonly entry: FileEntry;
  readonly path: string;
}

export interface EmulatedPlan {
  readonly files: readonly PlannedFile[];
  /** What was asked for; also what was lost of it, where that is no error. */
  readonly items: ArchiveItem[];
}

export interface EmulateOptions {
  readonly context: ErrorContext;
  readonly signal?: AbortSignal;
  readonly onItemError: 'fail' | 'skip';
}

/** Finds the files of an archive, each once, and gives each a path of its own. */
export async function planEmulated(source: SourceAdapter, selection: ArchiveSelection, { context, signal, onItemError }: EmulateOptions): Promise<EmulatedPlan> {
  const items: ArchiveItem[] = [];
  const files: PlannedFile[] = [];
  const spread = createPathSpreader();
  const seen = new Set<string>();
  const plan = (entry: FileEntry, segments: readonly string[]): void => {
    const key = JSON.stringify([entry.folder, entry.id]);
    if (seen.has(key)) return;
    seen.add(key);
    const path = spread([...segments, entry.name].map(safeSegment).join('/'));
    const ref = { folder: entry.folder, file: entry.id };
    files.push({ ref, entry, path });
    items.push({ ref, name: entry.name, path, size: entry.size });
  };
  const lost = (ref: ArchiveItem['ref'], thrown: unknown): void => {
    const error = inContext(thrown, context, 'archive', ref);
    if (onItemError === 'fail' || error.kind === 'aborted') throw error;
    items.push({ ref, name: null, path: null, size: null, error });
  };

  const known = new Map((selection.known ?? []).map((entry) => [JSON.stringify([entry.folder, entry.id]), entry]));
  const stat = async (ref: FileRef, inner: AbortSignal): Promise<FileEntry | undefined> => {
    const entry = known.get(JSON.stringify([ref.folder, ref.file])) ?? (await source.stat(ref, { signal: inner }));
    return entry.kind === 'file' ? entry : undefined;
  };
  for await (const { item: ref, result } of runAhead(selection.files, { run: stat, most: statsAtOnce, signal })) {
    try {
      const entry = await result;
      if (entry !== undefined) plan(entry, []);
    } catch (error) {
      lost(ref, error);
    }
  }
  const held = new PagesHeld();
  const isOnlyFolder = selection.folders.length === 1 && selection.files.length === 0;
  const walk = (folder: string, inner: AbortSignal): Promise<Walked> => walkWhole(source, folder, { signal: inner, held });
  for await (const { item: folder, result } of runAhead(selection.folders, { run: walk, most: walksAtOnce, signal })) {
    const { found, error } = await result;
    for (const { entry, segments } of found) plan(entry, isOnlyFolder ? segments : [folder, ...segments]);
    if (error !== undefined) lost({ folder }, error);
  }
  return { files, items };
}

interface Walked {
  readonly found: readonly WalkedFile[];
  /** What ended the walk early. */
  readonly error?: unknown;
}

async function walkWhole(source: SourceAdapter, folder: string, options: WalkOptions): Promise<Walked> {
  const found: WalkedFile[] = [];
  try {
    for await (const file of walkFiles(source, folder, options)) found.push(file);
    return { found };
  } catch (error) {
    return { found, error };
  }
}
