import { mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { createPolledOperation, FileSourceError, type Archive, type FileSource } from '@filesource/core';
import { createInstantClock, createVirtualClock, nodeHashing, realClock, settle, type VirtualClock } from '@filesource/testkit';
import { pack } from 'tar-stream';
import { fetchArchive, parseReceipt, type FetchArchiveOptions, type Receipt, type TransferEvent } from '../src/index.ts';
import { uniquePartName } from '../src/local/own-names.ts';
import { archivingSource, file, filesBelow, item, memorySource, sha256, temporaryDirectory, textOf, untilSleeping, zipOf } from './helpers.ts';

type Given = Partial<FetchArchiveOptions>;

function fetch(source: FileSource, to: FetchArchiveOptions['to'], given: Given = {}): Promise<Receipt> {
  return fetchArchive({ source, refs: ['1'], to, clock: realClock, hashing: nodeHashing, ...given });
}

async function failureOf(promise: Promise<unknown>): Promise<FileSourceError> {
  const error: unknown = await promise.then(() => undefined, (thrown: unknown) => thrown);
  if (FileSourceError.is(error)) return error;
  throw error ?? new Error('it did not fail');
}

/** Lets a virtual clock run until something has come to its end, however slow the disk is. */
async function advanceUntil(ending: Promise<unknown>, clock: VirtualClock, stepMs: number): Promise<void> {
  const state = { isRunning: true };
  void ending.finally(() => {
    state.isRunning = false;
  });
  while (state.isRunning) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await clock.advance(stepMs);
  }
}

describe('an archive', () => {
  test('is kept whole in a file, and every file in it is proven', async () => {
    const bytes = await zipOf([{ path: 'a.txt', content: 'hello' }, { path: 'b/' }, { path: 'b/c.txt', content: 'world' }]);
    const { source } = archivingSource({ bytes, items: [item('1', 'a.txt', 'hello'), item('2', 'b/c.txt', 'world')] });
    const directory = await temporaryDirectory();
    const target = join(directory, 'new', 'documents.zip');
    const receiptFile = join(directory, 'receipt.json');
    const events: TransferEvent[] = [];
    const receipt = await fetch(source, { file: target }, { receiptFile, onEvent: (event) => events.push(event) });
    expect((await readFile(target)).equals(bytes)).toBe(true);
    expect(await readdir(join(directory, 'new'))).toEqual(['documents.zip']);
    expect(receipt).toMatchObject({ complete: true, operation: 'archive', format: 'zip', file: target, totals: { files: 2, ok: 2, bytes: 10 } });
    expect(receipt.files[1]).toEqual({ ref: 'documents:1/2', name: 'c.txt', path: 'b/c.txt', size: 5, sha256: sha256('world'), status: 'ok' });
    expect(parseReceipt(await readFile(receiptFile, 'utf8'))).toEqual(receipt);
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
    expect(events.map((event) => event.type)).toEqual(['operation-progress', 'progress', 'file-done', 'file-done', 'done']);
  });

  test('is unpacked into a directory, and the rows name the local paths', async () => {
    const bytes = await zipOf([{ path: 'bb:/a?.txt', content: 'hello' }]);
    const { source } = archivingSource({ bytes, items: [item('1', 'bb:/a?.txt', 'hello')] });
    const directory = join(await temporaryDirectory(), 'out');
    const receipt = await fetch(source, { directory });
    expect(receipt).toMatchObject({ complete: true, directory, files: [{ path: 'bb_/a_.txt' }] });
    expect(await filesBelow(directory)).toEqual(['bb_/a_.txt']);
    expect(await textOf(directory, 'bb_/a_.txt')).toBe('hello');
  });

  test('that lacks files is kept, and the receipt names them and what nobody asked for', async () => {
    const bytes = await zipOf([{ path: 'a.txt', content: 'hello' }, { path: 'extra.txt', content: '?' }]);
    const refused = { ...item('3', null, null), error: new FileSourceError('permission-denied', 'not for you') };
    const { source } = archivingSource({ bytes, items: [item('1', 'a.txt', 'hello'), item('2', 'b.txt', 'world'), refused], warning: 'one file failed' });
    const target = join(await temporaryDirectory(), 'documents.zip');
    const receipt = await fetch(source, { file: target });
    expect(receipt).toMatchObject({ complete: false, warning: 'one file failed', extras: ['extra.txt'], totals: { files: 3, ok: 1, missing: 2 } });
    expect(receipt.files[1]).toMatchObject({ ref: 'documents:1/2', name: 'b.txt', path: null, status: 'missing', error: { kind: 'not-found' } });
    expect(receipt.files[2]).toMatchObject({ name: null, status: 'missing', error: { kind: 'permission-denied' } });
    expect((await readFile(target)).equals(bytes)).toBe(true);
  });

  test('may come as the one file itself', async () => {
    const { source } = archivingSource({ bytes: Buffer.from('just the file'), items: [item('1', 'a.txt', 'just the file')], format: 'single', name: 'A ?.txt' });
    const directory = await temporaryDirectory();
    expect(await fetch(source, { file: join(directory, 'kept') })).toMatchObject({ complete: true, format: 'single', files: [{ path: 'A ?.txt', sha256: sha256('just the file') }] });
    expect(await fetch(source, { directory: join(directory, 'out') })).toMatchObject({ complete: true, files: [{ path: 'A _.txt' }] });
    expect(await filesBelow(directory)).toEqual(['kept', 'out/A _.txt']);
    const short = archivingSource({ bytes: Buffer.from('just'), items: [item('1', 'a.txt', 'just the file')], format: 'single', name: 'a.txt' });
    expect(await fetch(short.source, { file: join(directory, 'short') })).toMatchObject({ complete: false, files: [{ status: 'failed', error: { kind: 'truncated' } }] });
  });

  test('that core makes itself is proven in the same way, with the files that could not be read', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.txt'), file('2', 'a.txt'), file('3', 'c:d.txt')] }]);
    adapter.onCall = (call) => {
      if (call === 'open 1/2') throw new FileSourceError('permission-denied', 'not for you');
    };
    const directory = join(await temporaryDirectory(), 'out');
    const receipt = await fetch(source, { directory });
    expect(receipt.files.map((row) => [row.ref, row.status, row.path, row.error?.kind])).toEqual([
      ['contacts:1/1', 'ok', 'a.txt', undefined],
      ['contacts:1/2', 'missing', null, 'permission-denied'],
      ['contacts:1/3', 'ok', 'c_d.txt', undefined],
    ]);
    expect(await filesBelow(directory)).toEqual(['a.txt', 'c_d.txt']);
  });

  test('passes conversions on, and takes a converted file whatever its size', async () => {
    const { source, asked } = archivingSource({ bytes: await zipOf([{ path: 'a.zip', content: 'parts' }, { path: 'b.txt', content: 'x' }]), items: [item('7', 'a.html', null), item('8', 'b.txt', 'x')] });
    const receipt = await fetch(source, { file: join(await temporaryDirectory(), 'x.zip') }, { refs: ['1/7', '1/8'], convert: { '7': '.html' } });
    expect(receipt.complete).toBe(true);
    expect([...(asked[0]?.convert ?? [])]).toEqual([['7', '.html']]);
  });
});

describe('an archive that breaks', () => {
  const content = Buffer.alloc(300_000, 'so much text');

  test('is continued by range from where it was', async () => {
    const bytes = await zipOf([{ path: 'a.txt', content, store: true }]);
    const given = archivingSource({
      bytes,
      items: [item('1', 'a.txt', content)],
      body: (offset) =>
        Readable.from(
          (async function* parts() {
            yield bytes.subarray(offset, offset + 100_000);
            if (offset + 100_000 < bytes.length) throw new FileSourceError('network', 'the line went dead');
          })(),
        ),
    });
    const receipt = await fetch(given.source, { file: join(await temporaryDirectory(), 'x.zip') });
    expect(receipt.complete).toBe(true);
    expect(given.opened).toEqual([0, 100_000, 200_000, 300_000]);
  });

  test('has its announced size on the disk from its first write on', async () => {
    const large = Buffer.alloc(3 * 2 ** 20, 'Haus ');
    const bytes = await zipOf([{ path: 'a.txt', content: large, store: true }]);
    const directory = await temporaryDirectory();
    const sizeOnDisk = async (): Promise<number> => Math.max(0, ...(await Promise.all((await readdir(directory)).map(async (name) => (await stat(join(directory, name))).size))));
    let seen = 0;
    const body = async function* parts(): AsyncGenerator<Buffer> {
      yield bytes.subarray(0, 2 ** 20);
      for (; seen === 0; seen = await sizeOnDisk()) await new Promise((resolve) => setImmediate(resolve));
      yield bytes.subarray(2 ** 20);
    };
    const { source } = archivingSource({ bytes, items: [item('1', 'a.txt', large)], body: () => Readable.from(body()) });
    const receipt = await fetch(source, { file: join(directory, 'x.zip') });
    expect(receipt.complete).toBe(true);
    expect(seen).toBe(bytes.length);
  });

  test('is continued also when it just ends before its announced size', async () => {
    const bytes = await zipOf([{ path: 'a.txt', content, store: true }]);
    const given = archivingSource({ bytes, items: [item('1', 'a.txt', content)], body: (offset) => Readable.from([bytes.subarray(offset, offset + 200_000)]) });
    expect((await fetch(given.source, { file: join(await temporaryDirectory(), 'x.zip') })).complete).toBe(true);
    expect(given.opened).toEqual([0, 200_000]);
  });

  test('and cannot be continued throws, and leaves nothing', async () => {
    const bytes = await zipOf([{ path: 'a.txt', content, store: true }]);
    const cut = archivingSource({ bytes, items: [item('1', 'a.txt', content)], body: (offset) => Readable.from(offset === 0 ? [bytes.subarray(0, 1000)] : []) });
    const directory = await temporaryDirectory();
    expect(await failureOf(fetch(cut.source, { file: join(directory, 'x.zip') }))).toMatchObject({ kind: 'truncated', status: 'persistent' });
    const unknown = archivingSource({ bytes: bytes.subarray(0, 200_000), items: [item('1', 'a.txt', content)], size: null });
    expect(await failureOf(fetch(unknown.source, { file: join(directory, 'x.zip') }))).toMatchObject({ kind: 'truncated' });
    expect(await failureOf(fetch(unknown.source, { directory: join(directory, 'out') }))).toMatchObject({ kind: 'truncated' });
    expect(await filesBelow(directory)).toEqual([]);
  });

  test('or is an HTML page leaves what was there before', async () => {
    const { source } = archivingSource({ bytes: Buffer.from('<!doctype html><p>Sign in</p>'), items: [item('1', 'a.txt', 'x')] });
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'x.zip'), 'from before');
    expect(await failureOf(fetch(source, { file: join(directory, 'x.zip') }))).toMatchObject({ kind: 'corrupt', message: 'expected a ZIP, got an HTML page' });
    expect(await filesBelow(directory)).toEqual(['x.zip']);
    expect(await textOf(directory, 'x.zip')).toBe('from before');
  });

  test('as a tar.gz, or unpacks to too much, leaves nothing unpacked', async () => {
    const tar = pack();
    for (const name of ['a.txt', 'b.txt', 'c.bin']) tar.entry({ name }, Buffer.from(Array.from({ length: 40_000 }, (_, index) => (index * index * 7919) % 251)));
    tar.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of tar.pipe(createGzip()) as AsyncIterable<Buffer>) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const directory = join(await temporaryDirectory(), 'out');
    const given = { items: [item('1', 'a.txt', null)], format: 'tar.gz' } as const;
    expect(await failureOf(fetch(archivingSource({ bytes: bytes.subarray(0, -6), ...given }).source, { directory }))).toMatchObject({ kind: 'truncated' });
    expect(await failureOf(fetch(archivingSource({ bytes, ...given }).source, { directory }, { limits: { maxBytes: 100_000 } }))).toMatchObject({ kind: 'too-large' });
    expect(await filesBelow(directory)).toEqual([]);
    expect((await fetch(archivingSource({ bytes, ...given }).source, { directory })).complete).toBe(true);
    expect(await filesBelow(directory)).toEqual(['a.txt', 'b.txt', 'c.bin']);
  });

  test('in a process that died leaves a part that the next one sweeps, and two at once are kept apart', async () => {
    const directory = await temporaryDirectory();
    const dead = uniquePartName().replace(/-\d+-/, '-4194999-');
    await writeFile(join(directory, dead), 'half of an archive');
    const bytes = await zipOf([{ path: 'a.txt', content: 'hello' }]);
    let second: FileSourceError | undefined;
    const first = archivingSource({
      bytes,
      items: [item('1', 'a.txt', 'hello')],
      body: () =>
        Readable.from(
          (async function* whileAnotherTries() {
            second = await failureOf(fetch(first.source, { directory }));
            yield bytes;
          })(),
        ),
    });
    expect((await fetch(first.source, { directory }, { clock: realClock })).complete).toBe(true);
    expect(second).toMatchObject({ kind: 'conflict', message: expect.stringContaining('another transfer writes to') });
    expect(await filesBelow(directory)).toEqual(['a.txt']);
    expect(first.asked).toHaveLength(1);
  });

  test('does not come as a link that leads elsewhere, where a directory was swapped while it was unpacked', async () => {
    const [directory, outside] = [await temporaryDirectory(), await temporaryDirectory()];
    const bytes = await zipOf([{ path: 'in/a.txt', content: 'hello' }]);
    const swapped = async (): Promise<void> => {
      const staged = async (): Promise<string | undefined> => (await filesBelow(directory)).find((path) => path.endsWith('.part/in/a.txt'));
      while ((await staged()) === undefined) await nextTurn();
      const inside = join(directory, (await staged()) ?? '', '..');
      await rename(inside, join(outside, 'in'));
      await symlink(join(outside, 'in'), inside);
    };
    const { source } = archivingSource({ bytes, items: [item('1', 'in/a.txt', 'hello')], itemsListed: swapped() });
    expect(await failureOf(fetch(source, { directory }))).toMatchObject({ kind: 'target-failed', message: expect.stringContaining('a symbolic link is in the way') });
  });

  test('or falls silent ends with a time-out', async () => {
    const clock = createVirtualClock();
    const bytes = await zipOf([{ path: 'a.txt', content: 'hello' }]);
    const { source } = archivingSource({ bytes, items: [item('1', 'a.txt', 'hello')], body: () => new Readable({ read: () => undefined }) }, clock);
    const failing = failureOf(fetch(source, { file: join(await temporaryDirectory(), 'x.zip') }, { clock, idleTimeoutMs: 5000 }));
    await advanceUntil(failing, clock, 1000);
    expect(await failing).toMatchObject({ kind: 'timeout' });
    expect(clock.sleeping).toBe(0);
  });

  test('or unpacks to more than it may is stopped', async () => {
    const { source } = archivingSource({ bytes: await zipOf([{ path: 'a.txt', content }]), items: [item('1', 'a.txt', content)] });
    const directory = join(await temporaryDirectory(), 'out');
    expect(await failureOf(fetch(source, { directory }, { limits: { maxBytes: 1000 } }))).toMatchObject({ kind: 'too-large' });
    expect(await filesBelow(directory)).toEqual([]);
  });
});

describe('waiting for the vendor', () => {
  test('tells its progress', async () => {
    const bytes = await zipOf([{ path: 'a.txt', content: 'hello' }]);
    const clock = createInstantClock();
    const { source } = archivingSource({
      bytes,
      items: [item('1', 'a.txt', 'hello')],
      operation: (archive) => {
        let looks = 0;
        return createPolledOperation<Archive>({
          clock,
          cancel: async () => undefined,
          poll: async () => {
            looks += 1;
            return looks < 3 ? { status: 'running', percent: looks * 30, processed: looks } : { status: 'succeeded', result: archive };
          },
        });
      },
    });
    const events: TransferEvent[] = [];
    await fetch(source, { file: join(await temporaryDirectory(), 'x.zip') }, { onEvent: (event) => events.push(event) });
    expect(events.filter((event) => event.type === 'operation-progress').map((event) => event.percent)).toEqual([null, 30, 60, 100]);
  });

  test.each(['operation-progress', 'progress', 'file-done', 'done'])('fails with the error of an asynchronous listener that fails at %j, whenever it does', async (type) => {
    const { source } = archivingSource({ bytes: await zipOf([{ path: 'a.txt', content: 'hello' }]), items: [item('1', 'a.txt', 'hello')] });
    const onEvent = async (event: TransferEvent): Promise<void> => {
      if (event.type !== type) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw new Error('listener');
    };
    const error = await failureOf(fetch(source, { file: join(await temporaryDirectory(), 'x.zip') }, { onEvent }));
    expect(error.message).toBe('listener');
  });

  test.each(['abort', 'timeout'])('is given up at an %s, and the vendor is told to stop', async (how) => {
    const clock = createVirtualClock();
    const stop = new AbortController();
    let cancelled = 0;
    const { source, opened } = archivingSource({
      bytes: Buffer.alloc(0),
      items: [],
      operation: () =>
        createPolledOperation<Archive>({
          clock,
          cancel: async () => {
            cancelled += 1;
          },
          poll: async () => ({ status: 'running', percent: 1 }),
        }),
    });
    const directory = await temporaryDirectory();
    const failing = failureOf(fetch(source, { file: join(directory, 'x.zip') }, { clock, signal: stop.signal, timeoutMs: 60_000 }));
    await untilSleeping(clock);
    if (how === 'timeout') await clock.advance(61_000);
    else stop.abort();
    expect((await failing).kind).toBe(how === 'abort' ? 'aborted' : 'timeout');
    await settle();
    expect([cancelled, opened.length, clock.sleeping]).toEqual([1, 0, 0]);
    expect(await filesBelow(directory)).toEqual([]);
  });

  test('asks nothing of the vendor when the target cannot be written', async () => {
    const { source, asked } = archivingSource({ bytes: Buffer.alloc(0), items: [] });
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'x.zip'));
    expect(await failureOf(fetch(source, { file: join(directory, 'x.zip') }))).toMatchObject({ kind: 'target-failed' });
    expect(await failureOf(fetch(source, { file: '/dev/null' }))).toMatchObject({ kind: 'target-failed' });
    await writeFile(join(directory, 'file'), '');
    expect(await failureOf(fetch(source, { directory: join(directory, 'file') }))).toMatchObject({ kind: 'target-failed' });
    expect(asked).toEqual([]);
  });
});
