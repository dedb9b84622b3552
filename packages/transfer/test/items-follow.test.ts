import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { FileSourceError, type ArchiveItem, type FileSource } from '@filesource/core';
import { realClock, nodeHashing } from '@filesource/testkit';
import { fetchArchive, type Receipt } from '../src/index.ts';
import { archivingSource, filesBelow, item, temporaryDirectory, zipOf, type VendorArchive } from './helpers.ts';

const tree = [
  { path: 'a/one.txt', content: 'one' },
  { path: 'b/two.txt', content: 'two' },
] as const;
const whole = tree.map(({ path, content }, index) => item(String(index + 1), path, content));

interface Listing {
  readonly items: ArchiveItem[];
  readonly itemsListed: Promise<void>;
  /** Tells the rest. */
  end(): void;
  fail(error: Error): void;
}

/** A listing of which the first item is known, and no more before it is told. */
function begun(): Listing {
  const items = whole.slice(0, 1);
  let settle: Pick<Listing, 'end' | 'fail'> | undefined;
  const itemsListed = new Promise<void>((resolve, reject) => {
    const end = (): void => {
      items.push(...whole.slice(1));
      resolve();
    };
    settle = { end, fail: reject };
  });
  itemsListed.catch(() => undefined);
  return { items, itemsListed, end: () => settle?.end(), fail: (error) => settle?.fail(error) };
}

async function sourceOf(listing: Pick<Listing, 'items' | 'itemsListed'>, given: Partial<VendorArchive> = {}): Promise<FileSource> {
  const { items, itemsListed } = listing;
  return archivingSource({ bytes: await zipOf(tree), items, itemsListed, ...given }).source;
}

async function fetchInto(directory: string, source: FileSource, signal?: AbortSignal): Promise<Receipt> {
  return fetchArchive({ source, refs: ['1'], to: { directory }, clock: realClock, hashing: nodeHashing, ...(signal === undefined ? {} : { signal }) });
}

describe('an archive whose items are still being listed', () => {
  test('is fetched meanwhile, and published when all are known', async () => {
    const directory = await temporaryDirectory();
    const listing = begun();
    let sent = (): void => undefined;
    const isSent = new Promise<void>((resolve) => (sent = resolve));
    const bytes = await zipOf(tree);
    async function* body(): AsyncGenerator<Buffer> {
      yield bytes;
      sent();
    }
    const fetching = fetchInto(directory, await sourceOf(listing, { body: () => Readable.from(body()) }));
    await isSent;
    await pause(50);
    expect((await filesBelow(directory)).filter((path) => !path.startsWith('.filesource'))).toEqual([]);
    listing.end();
    const receipt = await fetching;
    expect(receipt).toMatchObject({ complete: true, totals: { files: 2, ok: 2 } });
    expect(receipt.files.map(({ path }) => path)).toEqual(['a/one.txt', 'b/two.txt']);
    expect(await filesBelow(directory)).toEqual(['a/one.txt', 'b/two.txt']);
  });

  test('is kept whole only when all are known', async () => {
    const directory = await temporaryDirectory();
    const listing = begun();
    const fetching = fetchArchive({ source: await sourceOf(listing), refs: ['1'], to: { file: join(directory, 'a.zip') }, clock: realClock, hashing: nodeHashing });
    await pause(50);
    expect((await readdir(directory)).filter((name) => name === 'a.zip')).toEqual([]);
    listing.end();
    expect(await fetching).toMatchObject({ complete: true, totals: { files: 2 } });
    expect(await readdir(directory)).toEqual(['a.zip']);
  });

  test('fails as its listing does although all bytes came, and nothing appears', async () => {
    const directory = await temporaryDirectory();
    const listing = begun();
    const fetching = fetchInto(directory, await sourceOf(listing));
    fetching.catch(() => undefined);
    await pause(50);
    listing.fail(new FileSourceError('vendor-failure', 'the third folder is broken'));
    await expect(fetching).rejects.toMatchObject({ kind: 'vendor-failure', message: 'the third folder is broken', operation: 'archive' });
    expect(await readdir(directory)).toEqual([]);
  });

  test('is given up in the middle of its bytes when the listing fails', async () => {
    const directory = await temporaryDirectory();
    const listing = begun();
    const body = new Readable({ read: () => undefined });
    body.push(Buffer.alloc(1000));
    const fetching = fetchInto(directory, await sourceOf(listing, { body: () => body, size: null }));
    fetching.catch(() => undefined);
    while (body.readableLength > 0) await pause(5);
    listing.fail(new FileSourceError('vendor-failure', 'the third folder is broken'));
    await expect(fetching).rejects.toMatchObject({ kind: 'vendor-failure', message: 'the third folder is broken' });
    expect(body.destroyed).toBe(true);
    expect(await readdir(directory)).toEqual([]);
  });

  test('is no archive of any size: one without an end is given up once all are known', async () => {
    const listing = begun();
    const chunk = Buffer.alloc(1024 * 1024);
    let sent = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (; ; sent += 1) {
        if (sent === 5) listing.end();
        await pause(1);
        yield chunk;
      }
    }
    const fetching = fetchInto(await temporaryDirectory(), await sourceOf(listing, { size: null, body: () => Readable.from(endless(), { objectMode: false }) }));
    await expect(fetching).rejects.toMatchObject({ kind: 'corrupt', message: expect.stringContaining('no end') });
    expect(sent).toBeLessThan(40);
  });

  test('ends as aborted when it is interrupted, whatever becomes of the listing', async () => {
    const directory = await temporaryDirectory();
    const listing = begun();
    const stop = new AbortController();
    stop.signal.addEventListener('abort', () => listing.fail(new FileSourceError('vendor-failure', 'broken by then')));
    const fetching = fetchInto(directory, await sourceOf(listing), stop.signal);
    fetching.catch(() => undefined);
    await pause(50);
    stop.abort();
    await expect(fetching).rejects.toMatchObject({ kind: 'aborted' });
    expect(await readdir(directory)).toEqual([]);
  });
});

test('a fetch that fails stops the listing', async () => {
  const directory = await temporaryDirectory();
  const listing = begun();
  const inner = await sourceOf(listing, { body: () => Readable.from([Buffer.from('no ZIP at all')]), size: null });
  const signals: (AbortSignal | undefined)[] = [];
  const source: FileSource = {
    ...inner,
    archive: (refs, options) => {
      signals.push(options?.signal);
      return inner.archive(refs, options);
    },
  };
  await expect(fetchInto(directory, source)).rejects.toMatchObject({ kind: 'corrupt' });
  expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
});
