import type { SourceAdapter } from '../source-adapter.ts';

/** Wraps a source; everything that cuts across adapters is a layer and stands nowhere else. */
export interface Layer {
  readonly name: string;
  wrap(inner: SourceAdapter): SourceAdapter;
}

/** Applies layers; the first one named is the outermost. */
export function composeLayers(adapter: SourceAdapter, layers: readonly Layer[]): SourceAdapter {
  return layers.reduceRight((inner, layer) => layer.wrap(inner), adapter);
}

/** A source that does all that `inner` does, but for the parts given. */
export function overlay(inner: SourceAdapter, parts: Partial<SourceAdapter>): SourceAdapter {
  return {
    capabilities: parts.capabilities ?? inner.capabilities,
    listPage: parts.listPage ?? ((folder, options) => inner.listPage(folder, options)),
    stat: parts.stat ?? ((ref, options) => inner.stat(ref, options)),
    open: parts.open ?? ((file, options) => inner.open(file, options)),
    link: parts.link ?? ((ref, options) => inner.link(ref, options)),
    archive: parts.archive ?? ((selection, options) => inner.archive(selection, options)),
    close: parts.close ?? (() => inner.close()),
  };
}

/** One call of the contract, as layers that treat all calls alike see it. */
export interface Call {
  readonly name: 'list' | 'stat' | 'open' | 'link' | 'archive';
  /** The address inside the source; `undefined` for an archive, which has many. */
  readonly ref: { readonly folder: string; readonly file?: string } | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Wraps every call but `close` in one function; options are rebuilt when the function passes another signal. */
export function aroundCalls(inner: SourceAdapter, around: <T>(call: Call, run: (signal: AbortSignal | undefined) => Promise<T>) => Promise<T>): SourceAdapter {
  return overlay(inner, {
    listPage: (folder, options) => around({ name: 'list', ref: { folder }, signal: options.signal }, (signal) => inner.listPage(folder, withSignal(options, signal))),
    stat: (ref, options) => around({ name: 'stat', ref, signal: options.signal }, (signal) => inner.stat(ref, withSignal(options, signal))),
    open: (file, options) => around({ name: 'open', ref: file, signal: options.signal }, (signal) => inner.open(file, withSignal(options, signal))),
    link: (ref, options) => around({ name: 'link', ref, signal: options.signal }, (signal) => inner.link(ref, withSignal(options, signal))),
    archive: (selection, options) => around({ name: 'archive', ref: undefined, signal: options.signal }, (signal) => inner.archive(selection, withSignal(options, signal))),
  });
}

function withSignal<Options extends { readonly signal?: AbortSignal }>(options: Options, signal: AbortSignal | undefined): Options {
  return signal === undefined || signal === options.signal ? options : { ...options, signal };
}
