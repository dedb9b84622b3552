import type { Readable } from 'node:stream';
import {
  mapOperation,
  overlay,
  type Archive,
  type Content,
  type Entry,
  type Link,
  type OpenOptions,
  type Operation,
  type Page,
  type PageOptions,
  type SourceAdapter,
} from '@filesource/core';

/** An adapter that does one thing wrong, and the case that must see it. */
export interface Lie {
  readonly lie: string;
  readonly area: string;
  readonly title: string;
  readonly tell: (honest: SourceAdapter) => SourceAdapter;
}

export function listing(honest: SourceAdapter, change: (page: Page<Entry>, options: PageOptions) => Page<Entry>): SourceAdapter {
  return overlay(honest, { listPage: async (folder, options) => change(await honest.listPage(folder, options), options) });
}

export function stat(honest: SourceAdapter, change: (entry: Entry) => Entry): SourceAdapter {
  return overlay(honest, { stat: async (ref, options) => change(await honest.stat(ref, options)) });
}

export function entries(honest: SourceAdapter, change: (entry: Entry) => Entry): SourceAdapter {
  return stat(
    listing(honest, (page) => ({ ...page, items: page.items.map(change) })),
    change,
  );
}

export function opening(honest: SourceAdapter, change: (content: Content, options: OpenOptions) => Content): SourceAdapter {
  return overlay(honest, { open: async (file, options) => change(await honest.open(file, options), options) });
}

export function link(honest: SourceAdapter, change: (link: Link) => Link): SourceAdapter {
  return overlay(honest, { link: async (ref, options) => change(await honest.link(ref, options)) });
}

export function operation(honest: SourceAdapter, change: (operation: Operation<Archive>) => Operation<Archive>): SourceAdapter {
  return overlay(honest, { archive: async (selection, options) => change(await honest.archive(selection, options)) });
}

/** An operation that does one thing differently. */
export function except(inner: Operation<Archive>, parts: Partial<Operation<Archive>>): Operation<Archive> {
  return {
    progress: inner.progress,
    token: inner.token,
    watch: (options) => inner.watch(options),
    result: (options) => inner.result(options),
    cancel: (options) => inner.cancel(options),
    ...parts,
  };
}

export function watchedAs(percents: readonly number[]): Operation<Archive>['watch'] {
  return async function* watch() {
    for (const percent of percents) yield { status: percent === 100 ? 'succeeded' : 'running', percent, processed: null, elapsedMs: 0 };
  };
}

export function archive(honest: SourceAdapter, change: (archive: Archive) => Archive): SourceAdapter {
  return operation(honest, (inner) => mapOperation(inner, { result: change }));
}

/** Keeps the first answer for ever. */
export function remembering<Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>): (...args: Args) => Promise<T> {
  const kept = new Map<string, Promise<T>>();
  return (...args) => {
    const key = JSON.stringify(args.map((arg) => (typeof arg === 'object' && arg !== null && 'signal' in arg ? { ...arg, signal: undefined } : arg)));
    const known = kept.get(key) ?? call(...args);
    kept.set(key, known);
    return known;
  };
}

export async function* oneBuffer(body: Readable): AsyncGenerator<Buffer, void, undefined> {
  const scratch = Buffer.alloc(64 * 1024);
  for await (const chunk of body as AsyncIterable<Buffer>) yield scratch.subarray(0, chunk.copy(scratch));
}

export async function* without(body: Readable, bytes: number): AsyncGenerator<Buffer, void, undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  if (whole.length > bytes) yield whole.subarray(0, whole.length - bytes);
}

export async function* endingQuietly(body: Readable): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* body as AsyncIterable<Buffer>;
  } catch {
    // The lie: a broken body looks like one that is done.
  }
}

/** What the harness of the lies calls a credential. */
export const lyingSecret = 'hunter2-and-then-some';
