import { setMaxListeners } from 'node:events';
import type { ArchiveSelection } from './archive/archive.ts';
import type { Entry, SourceEntry } from './entry.ts';
import { FileSourceError } from './errors/file-source-error.ts';
import { inContext, type ErrorContext } from './errors/error-context.ts';
import type { FileSource } from './file-source.ts';
import { deliveryLayer } from './layers/delivery.ts';
import { emulateArchiveLayer } from './layers/emulate-archive.ts';
import { emulateRangeLayer } from './layers/emulate-range.ts';
import { errorContextLayer } from './layers/error-context.ts';
import { gateLayer } from './layers/gate.ts';
import { composeLayers, type Layer } from './layers/layer.ts';
import { limitLayer, type Limiter } from './layers/limit.ts';
import { logLayer } from './layers/log.ts';
import { defaultRetryPolicy, retryLayer, type RetryPolicy } from './layers/retry.ts';
import { timeoutLayer } from './layers/timeout.ts';
import { createListing } from './paging.ts';
import type { Ports } from './ports/ports.ts';
import { formatRef, isFileRef, resolveRef, type FileRef, type RefLike } from './ref.ts';
import type { SourceAdapter } from './source-adapter.ts';

export interface FileSourceOptions {
  readonly name: string;
  readonly provider: string;
  readonly adapter: SourceAdapter;
  readonly ports: Ports;
  /** Shared by the sources of one account. */
  readonly limiter: Limiter;
  readonly retry?: Partial<RetryPolicy>;
  /** For one answer, and for the silence of a body; default 60,000. */
  readonly timeoutMs?: number;
  /** Layers of a host, outside of all others but `error-context`. */
  readonly layers?: readonly Layer[];
}

/** The layers of a source, outermost first; the doc comment of each says why it stands where it does. */
export function standardLayers(options: Omit<FileSourceOptions, 'adapter'>): readonly Layer[] {
  const { clock, random, logger } = options.ports;
  const timeoutMs = options.timeoutMs ?? 60_000;
  const context = contextOf(options);
  return [
    errorContextLayer(context),
    ...(options.layers ?? []),
    logLayer({ source: options.name, logger, clock }),
    gateLayer(),
    emulateArchiveLayer(context),
    deliveryLayer({ context, clock, logger, idleTimeoutMs: timeoutMs }),
    emulateRangeLayer(),
    retryLayer({ policy: { ...defaultRetryPolicy, ...options.retry }, clock, random, logger }),
    limitLayer(options.limiter),
    timeoutLayer({ clock, timeoutMs }),
  ];
}

/** A source as callers hold it: an adapter inside the standard layers. */
export function createFileSource(options: FileSourceOptions): FileSource {
  const { name, provider } = options;
  const context = contextOf(options);
  const stack = composeLayers(options.adapter, standardLayers(options));

  const resolve = (like: RefLike): ReturnType<typeof resolveRef> => {
    try {
      return resolveRef(name, like);
    } catch (error) {
      throw inContext(error, context, 'resolve', undefined);
    }
  };
  const resolveFile = (like: RefLike): FileRef => {
    const ref = resolve(like);
    if (isFileRef(ref)) return ref;
    throw new FileSourceError('invalid-argument', 'a file is needed, and this is a folder', { source: name, provider, ref: formatRef(name, ref), advice: 'Write source:folder/file.' });
  };
  const withRef = (entry: Entry): SourceEntry => ({ ...entry, ref: formatRef(name, entry.kind === 'file' ? { folder: entry.folder, file: entry.id } : { folder: entry.id }) });

  return {
    name,
    provider,
    capabilities: stack.capabilities,
    list: (like, listOptions = {}) =>
      createListing(async (pageOptions) => {
        const ref = resolve(like);
        if (ref.file !== undefined) throw new FileSourceError('invalid-argument', 'only a folder can be listed, and this is a file', { source: name, provider, ref: formatRef(name, ref) });
        const page = await stack.listPage(ref.folder, pageOptions);
        return { ...page, items: page.items.map(withRef) };
      }, shared(listOptions)),
    stat: async (like, callOptions = {}) => withRef(await stack.stat(resolve(like), shared(callOptions))),
    open: async (like, openOptions = {}) => stack.open(resolveFile(like), shared(openOptions)),
    link: async (like, linkOptions = {}) => stack.link(resolve(like), shared(linkOptions)),
    archive: async (likes, archiveOptions = {}) => {
      const { convert, onItemError = 'fail', signal } = shared(archiveOptions);
      return stack.archive(selectionOf(likes.map(resolve), convert), { onItemError, ...(signal === undefined ? {} : { signal }) });
    },
    close: () => stack.close(),
  };
}

/** One signal may serve any number of calls at once; Node would take that for a leak. */
function shared<Options extends { readonly signal?: AbortSignal }>(options: Options): Options {
  if (options.signal !== undefined) setMaxListeners(0, options.signal);
  return options;
}

/** Each file and folder once: a vendor may fail altogether on an id that comes twice. */
function selectionOf(refs: readonly { readonly folder: string; readonly file?: string }[], convert: Readonly<Record<string, string>> = {}): ArchiveSelection {
  const folders = new Set<string>();
  const files = new Map<string, FileRef>();
  for (const ref of refs) {
    if (isFileRef(ref)) files.set(JSON.stringify([ref.folder, ref.file]), ref);
    else folders.add(ref.folder);
  }
  return { folders: [...folders], files: [...files.values()], convert: new Map(Object.entries(convert)) };
}

function contextOf(options: Omit<FileSourceOptions, 'adapter'>): ErrorContext {
  return { source: options.name, provider: options.provider, redactor: options.ports.redactor };
}
