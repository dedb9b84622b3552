import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { Content, FileSource, Page, PageOptions, RefLike, SourceEntry, SourceFileEntry } from '@filesource/core';
import type { KnownFile, KnownFolder } from './world.ts';

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export async function bytesOf(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) {
    assert(Buffer.isBuffer(chunk), `a body gives buffers, not ${typeof chunk}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export async function readWhole(source: FileSource, file: RefLike, options?: Parameters<FileSource['open']>[1]): Promise<Buffer> {
  const content = await source.open(file, options);
  return bytesOf(content.body);
}

export async function listFiles(source: FileSource, folder: RefLike, options?: PageOptions): Promise<SourceFileEntry[]> {
  const entries = await collect(source.list(folder, options));
  return entries.flatMap((entry) => (entry.kind === 'file' ? [entry] : []));
}

export async function pagesOf(source: FileSource, folder: RefLike, options: PageOptions): Promise<Page<SourceEntry>[]> {
  return collect(source.list(folder).byPage(options));
}

export function refOf(file: KnownFile): { readonly folder: string; readonly file: string } {
  return { folder: file.folder, file: file.id };
}

function idsOf(folder: KnownFolder): string[] {
  return [...folder.files, ...(folder.folders ?? [])].map(({ id }) => id).sort();
}

export function sorted(texts: readonly string[]): string[] {
  return [...texts].sort();
}

/** Compares by length and hash first, since a failure that prints a megabyte helps nobody. */
export function sameBytes(actual: Buffer, expected: Buffer, what: string): void {
  assert.equal(actual.length, expected.length, `${what}: ${actual.length} bytes came, ${expected.length} are right`);
  if (actual.equals(expected)) return;
  const at = actual.findIndex((byte, index) => byte !== expected[index]);
  throw new assert.AssertionError({ message: `${what}: the bytes differ from position ${at} on`, actual: sha256(actual), expected: sha256(expected) });
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Every entry exactly once, nothing else. */
export function sameEntries(entries: readonly { readonly id: string }[], folder: KnownFolder): void {
  assert.deepEqual(
    entries.map(({ id }) => id).sort(),
    idsOf(folder),
    `the listing must have every entry of ${folder.id} exactly once`,
  );
}

/** What a listing gave before it ended or failed. */
export async function listUntilEnd(listing: AsyncIterable<SourceEntry>, atMost = 10_000): Promise<{ readonly ids: readonly string[]; readonly error: unknown }> {
  const ids: string[] = [];
  try {
    for await (const entry of listing) {
      ids.push(entry.id);
      if (ids.length > atMost) throw new assert.AssertionError({ message: `the listing does not end: ${atMost} entries and more` });
    }
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    return { ids, error };
  }
  return { ids, error: undefined };
}

/** Waits until something is so; real time, because what is waited for are sockets. */
export async function eventually(what: string, isSo: () => boolean, withinMs = 5000): Promise<void> {
  for (let waitedMs = 0; !isSo(); waitedMs += 20) {
    if (waitedMs > withinMs) throw new assert.AssertionError({ message: `${what}: not within ${withinMs} ms` });
    await wait(20);
  }
}

/** Fails when `promise` does not settle in time: a hang must be told from a slow test. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = wait(ms, undefined, { signal: stop.signal }).then(() => {
    throw new assert.AssertionError({ message: `${what}: nothing within ${ms} ms` });
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    stop.abort();
    late.catch(() => undefined);
  }
}

/** Reads until the first bytes have come and leaves the rest. */
export async function firstChunk(body: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    body.once('error', reject);
    body.once('end', () => reject(new assert.AssertionError({ message: 'the body ended without a byte' })));
    body.once('data', (chunk: Buffer) => {
      body.pause();
      resolve(chunk);
    });
  });
}

/** The error that a body ends with. */
export async function bodyError(content: Content): Promise<unknown> {
  try {
    await bytesOf(content.body);
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: 'the body came to a normal end' });
}

