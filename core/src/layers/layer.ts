import type { Archive, ArchiveHandle } from '../archive/archive.ts';
import type { OpenOptions } from '../content.ts';
import type { Entry } from '../entry.ts';
import { FileSourceError } from '../errors/file-source-error.ts';
import { extended } from '../extended.ts';
import { mapOperation } from '../operation/map-operation.ts';
import type { Operation } from '../operation/operation.ts';
import type { PageAhead } from '../pages-ahead.ts';
import type { FetchedPage } from '../paging.ts';
import type { FileRef } from '../ref.ts';
import type { CallOptions, SourceAdapter } from '../source-adapter.ts';

/** Wraps a source; everything that cuts across adapters is a layer and stands nowhere else. */
export interface Layer {
  readonly name: string;
  wrap(inner: SourceAdapter): SourceAdapter;
}

/** Applies layers; the first one named is the outermost. */
export function composeLayers(adapter: SourceAdapter, layers: readonly Layer[]): SourceAdapter {
  return layers.reduceRight((inner, layer) => layer.wrap(inner), adapter);
}

/**
 * A source that does all that `inner` does, but for the parts given.
 * - What `inner` promises of signals it promises too, unless one of its calls is among the parts.
 */
export function overlay(inner: SourceAdapter, parts: Partial<SourceAdapter>): SourceAdapter {
  return {
    capabilities: parts.capabilities ?? inner.capabilities,
    letsGoOfSignals: parts.letsGoOfSignals ?? (inner.letsGoOfSignals === true && !hasCalls(parts)),
    listPage: parts.listPage ?? ((folder, options) => inner.listPage(folder, options)),
    stat: parts.stat ?? ((ref, options) => inner.stat(ref, options)),
    open: parts.open ?? ((file, options) => inner.open(file, options)),
    link: parts.link ?? ((ref, options) => inner.link(ref, options)),
    archive: parts.archive ?? ((selection, options) => inner.archive(selection, options)),
    ...attachOf(inner, parts),
    ...diagnoseOf(inner, parts),
    close: parts.close ?? (() => inner.close()),
  };
}

function hasCalls({ listPage, stat, open, link }: Partial<SourceAdapter>): boolean {
  return [listPage, stat, open, link].some((call) => call !== undefined);
}

function attachOf(inner: SourceAdapter, parts: Partial<SourceAdapter>): Pick<SourceAdapter, 'attach'> {
  if (parts.attach !== undefined) return { attach: parts.attach };
  return inner.attach === undefined ? {} : { attach: (handle, options) => attachTo(inner, handle, options) };
}

function diagnoseOf(inner: SourceAdapter, parts: Partial<SourceAdapter>): Pick<SourceAdapter, 'diagnose'> {
  if (parts.diagnose !== undefined) return { diagnose: parts.diagnose };
  return inner.diagnose === undefined ? {} : { diagnose: async (options) => inner.diagnose?.(options) ?? [] };
}

/** For layers around `attach`, which a source may lack. */
export async function attachTo(source: SourceAdapter, handle: ArchiveHandle, options: CallOptions): Promise<Operation<Archive>> {
  if (source.attach !== undefined) return source.attach(handle, options);
  throw new FileSourceError('unsupported', 'this source cannot attach to an archive');
}

/** One call of the contract, as layers that treat all calls alike see it. */
export interface Call {
  /** `list-ahead` asks for a page before its turn, `archive` starts one, `attach` finds one that another process started, `open-archive` opens its bytes once it is there. */
  readonly name: 'list' | 'list-ahead' | 'stat' | 'open' | 'link' | 'archive' | 'attach' | 'open-archive';
  /** The address inside the source; `undefined` for an archive, which has many. */
  readonly ref: { readonly folder: string; readonly file?: string } | undefined;
  readonly signal: AbortSignal | undefined;
  /** What an `open` says of how many there may be at once. */
  readonly concurrency?: number;
}

type Around = <T>(call: Call, run: (signal: AbortSignal | undefined) => Promise<T>) => Promise<T>;

/** Wraps every call but `diagnose` and `close` in one function, the opening of a finished archive too; options are rebuilt when the function passes another signal. */
export function aroundCalls(inner: SourceAdapter, around: Around): SourceAdapter {
  return overlay(inner, {
    listPage: async (folder, options) =>
      aroundAhead(await around({ name: 'list', ref: { folder }, signal: options.signal }, (signal) => inner.listPage(folder, withSignal(options, signal))), folder, around),
    stat: (ref, options) => around({ name: 'stat', ref, signal: options.signal }, (signal) => inner.stat(ref, withSignal(options, signal))),
    open: (file, options) => around(callOf(file, options), (signal) => inner.open(file, withSignal(options, signal))),
    link: (ref, options) => around({ name: 'link', ref, signal: options.signal }, (signal) => inner.link(ref, withSignal(options, signal))),
    archive: async (selection, options) => {
      const operation = await around({ name: 'archive', ref: undefined, signal: options.signal }, (signal) => inner.archive(selection, withSignal(options, signal)));
      return mapOperation(operation, { result: (archive) => aroundOpen(archive, around) });
    },
    ...(inner.attach === undefined
      ? {}
      : {
          attach: async (handle: ArchiveHandle, options: CallOptions) => {
            const operation = await around({ name: 'attach', ref: undefined, signal: options.signal }, (signal) => attachTo(inner, handle, withSignal(options, signal)));
            return mapOperation(operation, { result: (archive) => aroundOpen(archive, around) });
          },
        }),
  });
}

function callOf(file: FileRef, { signal, concurrency }: OpenOptions): Call {
  return concurrency === undefined ? { name: 'open', ref: file, signal } : { name: 'open', ref: file, signal, concurrency };
}

function aroundAhead(page: FetchedPage<Entry>, folder: string, around: Around): FetchedPage<Entry> {
  if (page.ahead === undefined) return page;
  const ahead = page.ahead.map(({ at, fetch }): PageAhead => ({
    at,
    fetch: (options) => around({ name: 'list-ahead', ref: { folder }, signal: options.signal }, (signal) => fetch(withSignal(options, signal))),
  }));
  return { ...page, ahead };
}

function aroundOpen(archive: Archive, around: Around): Archive {
  return overlayArchive(archive, {
    open: (options: OpenOptions = {}) => around({ name: 'open-archive', ref: undefined, signal: options.signal }, (signal) => archive.open(withSignal(options, signal))),
  });
}

/** An archive that is `inner`, but for the parts given. `items` stays live: more may be listed, and one that is made here learns of failures while it is read. */
export function overlayArchive(inner: Archive, parts: Partial<Pick<Archive, 'itemsListed' | 'open'>>): Archive {
  const { name, warning, link, itemsListed } = inner;
  return {
    name,
    get items() {
      return inner.items;
    },
    warning,
    link,
    ...(itemsListed === undefined ? {} : { itemsListed }),
    open: (options) => inner.open(options),
    ...parts,
  };
}

function withSignal<Options extends { readonly signal?: AbortSignal }>(options: Options, signal: AbortSignal | undefined): Options {
  return signal === undefined || signal === options.signal ? options : extended(options, { signal });
}
