import * as crypto from 'node:crypto';
import type nodeFs from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { BlockPool, handOver, WholeBody, type FileSource, type Hashing } from '@filesource/core';
import { createMemoryAdapter, nodeHashing, realClock, type MemoryFile } from '@filesource/testkit';
import { pull, type Receipt, type TransferEvent } from '../src/index.ts';
import { createSmallFileWriter, type SmallFileTask } from '../src/local/small-file-writer.ts';
import { SmallFileThread } from '../src/local/small-file-thread.ts';
import { TargetDirectory } from '../src/local/target-directory.ts';
import { Journal, parseJournal } from '../src/pull/journal.ts';
import { ListingTimes } from '../src/pull/listing-times.ts';
import { createPlan, type PlannedFile } from '../src/pull/plan.ts';
import { SmallFiles } from '../src/pull/small-files.ts';
import { file, filesBelow, sha256, sourceOver, sourcesOf, temporaryDirectory } from './helpers.ts';

/** A host that lets files be hashed beside its thread. */
const besides: Hashing = { ...nodeHashing, isNodes: true };

const many = Array.from({ length: 300 }, (_, index) => file(String(index + 1), `${index + 1}.txt`, Buffer.alloc(index === 7 ? 0 : 100 + index * 11, index)));

/** Files whose bytes are in memory when they are opened; `change` sees each of them first. */
function wholeSource(files: readonly MemoryFile[], change: (bytes: Buffer, id: string) => Buffer = (bytes) => bytes): FileSource {
  const adapter = createMemoryAdapter({ folders: [{ id: '1', files }] });
  return sourceOver({
    ...adapter,
    open: async (ref, options) => {
      const content = await adapter.open(ref, options);
      const chunks: Buffer[] = [];
      for await (const chunk of content.body as AsyncIterable<Buffer>) chunks.push(chunk);
      return { ...content, body: new WholeBody(change(Buffer.concat(chunks), ref.file)) };
    },
  });
}

function pullAll(source: FileSource, directory: string, more: { readonly hashing?: Hashing; readonly signal?: AbortSignal; readonly onEvent?: (event: TransferEvent) => void } = {}): Promise<Receipt> {
  return pull({ sources: sourcesOf(source), refs: ['contacts:1'], directory, clock: realClock, hashing: besides, ...more });
}

test('many small files come to their places with the bytes and hashes that they have, and nothing else is left', async () => {
  const directory = await temporaryDirectory();
  const receipt = await pullAll(wholeSource(many), directory);
  expect(receipt).toMatchObject({ complete: true, totals: { ok: many.length } });
  for (const row of receipt.files) {
    const bytes = await readFile(join(directory, row.path ?? ''));
    expect(row).toMatchObject({ size: bytes.length, sha256: sha256(bytes) });
    expect(many.find(({ name }) => name === row.name)?.bytes.equals(bytes)).toBe(true);
  }
  expect(await filesBelow(directory)).toHaveLength(many.length);
});

test('blocks that bytes came in are used again for others, and every file has its own', async () => {
  const directory = await temporaryDirectory();
  const large = Array.from({ length: 300 }, (_, index) => file(String(index + 1), `${index + 1}.bin`, Buffer.alloc(40_000 + index, index)));
  const blocks = new BlockPool({ blockBytes: 65_536, mostFree: 1000 });
  const giveBack = jest.spyOn(blocks, 'giveBack');
  const make = jest.spyOn(Buffer, 'allocUnsafeSlow');
  const source = wholeSource(large, (bytes) => {
    const view = blocks.take().subarray(0, bytes.length);
    bytes.copy(view);
    handOver(view, blocks);
    return view;
  });
  const receipt = await pullAll(source, directory);
  const made = make.mock.calls.filter(([size]) => size === 65_536).length;
  make.mockRestore();
  expect(receipt).toMatchObject({ complete: true, totals: { ok: large.length } });
  for (const { name, bytes } of large) expect((await readFile(join(directory, 'contacts/1', name))).equals(bytes)).toBe(true);
  // More are never held at once than 4 MiB of bytes need, and those under way.
  expect(made).toBeLessThan(200);
  // The first files are few enough to be written as they come.
  expect(giveBack.mock.calls.length).toBeGreaterThan(250);
});

test('a thread is there before the first one comes where more than a few are expected, and else none', async () => {
  const target = await TargetDirectory.prepare(await temporaryDirectory());
  const smallFiles = new SmallFiles({ target, journal: await Journal.open(target), hashing: besides });
  for (const size of [...Array.from({ length: 32 }, () => 1000), 300_000]) smallFiles.expect(size);
  expect(smallFiles.takes(1000)).toBe(false);
  smallFiles.expect(null);
  expect([smallFiles.takes(1000), smallFiles.takes(256 * 1024), smallFiles.takes(256 * 1024 + 1)]).toEqual([true, true, false]);
  await smallFiles.close();
});

test('files without much in them keep their places too while many wait to be written', async () => {
  const target = await TargetDirectory.prepare(await temporaryDirectory());
  const smallFiles = new SmallFiles({ target, journal: await Journal.open(target), hashing: besides });
  let taken = 0;
  const saved = many.map(({ id, name }) => smallFiles.save({ path: name, entry: { ref: `contacts:1/${id}`, size: 1 } } as PlannedFile, Buffer.alloc(1), () => (taken += 1)));
  const more = many.map(({ id, name }) => smallFiles.save({ path: `again ${name}`, entry: { ref: `contacts:2/${id}`, size: 1 } } as PlannedFile, Buffer.alloc(1), () => (taken += 1)));
  expect(taken).toBe(512);
  await Promise.all([...saved, ...more]);
  expect(taken).toBe(600);
  await smallFiles.close();
});

test('a thread is there as soon as a page lists more than a few small files, and none for others or where every byte has to pass the host', async () => {
  const target = await TargetDirectory.prepare(await temporaryDirectory());
  const journal = await Journal.open(target);
  const foreseen = async (sizes: readonly (number | null)[], hashing: Hashing): Promise<boolean> => {
    const smallFiles = new SmallFiles({ target, journal, hashing });
    smallFiles.foresee(sizes);
    const isThere = smallFiles.takes(1000);
    await smallFiles.close();
    return isThere;
  };
  const [small, large, unknown] = [1000, 300_000, null].map((size) => Array.from({ length: 33 }, () => size));
  expect([await foreseen(small ?? [], besides), await foreseen(unknown ?? [], besides)]).toEqual([true, true]);
  expect([await foreseen(large ?? [], besides), await foreseen(small?.slice(1) ?? [], besides), await foreseen(small ?? [], nodeHashing)]).toEqual([false, false, false]);
});

test('the first of many listed files are on their way before the last one is planned', async () => {
  const listed = Array.from({ length: 1000 }, (_, index) => file(String(index), `${index}.txt`));
  const plan = createPlan({ sources: sourcesOf(wholeSource(listed)), refs: ['contacts:1'], hashing: besides });
  let planned = 0;
  let plannedBefore: number | undefined;
  let listedBefore = 0;
  await plan.run({
    signal: new AbortController().signal,
    times: new ListingTimes(realClock),
    isFatal: () => true,
    onLost: () => undefined,
    onListed: (_source, entries) => (listedBefore = planned === 0 ? entries.length : -1),
    onFile: async () => {
      planned += 1;
      if (planned === 1) setImmediate(() => (plannedBefore = planned));
    },
  });
  expect(planned).toBe(1000);
  expect(plannedBefore).toBeLessThan(1000);
  expect(listedBefore).toBeGreaterThan(0);
});

test('a host with hashing of its own has every byte pass it', async () => {
  let hashed = 0;
  const own: Hashing = {
    ...nodeHashing,
    sha256: () => {
      const hash = crypto.createHash('sha256');
      return { update: (bytes) => ((hashed += bytes.length), void hash.update(bytes)), hex: () => hash.digest('hex') };
    },
  };
  const receipt = await pullAll(wholeSource(many), await temporaryDirectory(), { hashing: own });
  expect(receipt.complete).toBe(true);
  expect(hashed).toBeGreaterThanOrEqual(receipt.totals.bytes);
});

test('one that has no place fails by itself, and the others of its group are there', async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'contacts/1/200.txt'), { recursive: true });
  const receipt = await pullAll(wholeSource(many), directory);
  expect(receipt.totals).toMatchObject({ ok: many.length - 1, failed: 1 });
  expect(receipt.files.find(({ status }) => status === 'failed')).toMatchObject({ name: '200.txt', error: { kind: 'target-failed', message: expect.stringContaining('directory') } });
  expect((await filesBelow(directory)).filter((path) => path.includes('.part'))).toEqual([]);
});

test('one that is not as long as the vendor listed fails by name and is not written', async () => {
  const directory = await temporaryDirectory();
  const source = wholeSource(many, (bytes, id) => (id === '250' ? bytes.subarray(1) : bytes));
  const receipt = await pullAll(source, directory);
  expect(receipt.totals).toMatchObject({ ok: many.length - 1, failed: 1 });
  expect(receipt.files.find(({ status }) => status === 'failed')).toMatchObject({ name: '250.txt', error: { kind: 'truncated' } });
  expect(await filesBelow(directory)).not.toContain('contacts/1/250.txt');
});

test('what is done stands in the journal, so that the next pull fetches the rest only', async () => {
  const directory = await temporaryDirectory();
  const first = wholeSource(many, (bytes, id) => (id === '300' ? bytes.subarray(1) : bytes));
  expect((await pullAll(first, directory)).complete).toBe(false);
  const records = parseJournal(await readFile(join(directory, '.filesource-journal'), 'utf8')) ?? [];
  expect(records.filter(({ type }) => type === 'done')).toHaveLength(many.length - 1);
});

function planned(name: string): PlannedFile {
  const ref = `contacts:1/${name}`;
  const entry = { kind: 'file', folder: '1', id: name, name, size: name.length, mediaType: null, modified: null, validator: null, ref } as const;
  return { source: wholeSource([]), entry, path: name, row: { ref, name, path: name, size: name.length, sha256: null, status: 'planned' } };
}

test('what is given up while files wait for the disk ends with what the disk is at, and leaves nothing half-written', async () => {
  const directory = await temporaryDirectory();
  const target = await TargetDirectory.prepare(directory);
  const smallFiles = new SmallFiles({ target, journal: await Journal.open(target), hashing: besides });
  const refused = new Error('given up');
  const names = Array.from({ length: 1000 }, (_, index) => `${index}.txt`);
  const save = (name: string): Promise<unknown> => smallFiles.save(planned(name), Buffer.from(name), () => undefined);
  smallFiles.foresee(names.map(() => 10));
  const saving = Promise.allSettled(names.map(save));
  // The thread has got four groups of 64, and none of them back: this is the same turn.
  smallFiles.giveUp(refused);
  await expect(save('late.txt')).rejects.toBe(refused);
  const failed = (await saving).filter((outcome) => outcome.status === 'rejected');
  expect(new Set(failed.map(({ reason }) => reason as unknown))).toEqual(new Set([refused]));
  expect(failed.length).toBeGreaterThanOrEqual(names.length - 256);
  await smallFiles.close();
  const left = await filesBelow(directory);
  expect(left.filter((path) => path.endsWith('.part'))).toEqual([]);
  expect(left.filter((path) => path.endsWith('.txt')).length).toBeLessThanOrEqual(256);
});

test('an abort while many files wait for the disk leaves nothing half-written, and the next pull carries on', async () => {
  const directory = await temporaryDirectory();
  const stop = new AbortController();
  const stopping = wholeSource(many, (bytes, id) => {
    if (id === '299') stop.abort();
    return bytes;
  });
  await expect(pullAll(stopping, directory, { signal: stop.signal })).rejects.toMatchObject({ kind: 'aborted' });
  expect((await filesBelow(directory)).filter((path) => path.endsWith('.part'))).toEqual([]);
  expect((await pullAll(wholeSource(many), directory)).complete).toBe(true);
});

test('files of one group are all forced to the disk before the first one has its name', () => {
  const calls: string[] = [];
  const fs = {
    constants: { O_CREAT: 1, O_NOFOLLOW: 2, O_TRUNC: 4, O_WRONLY: 8 },
    openSync: (path: string) => (calls.push(`open ${path}`), calls.length),
    writeSync: (_fd: number, bytes: Uint8Array) => (calls.push('write'), bytes.length),
    fsyncSync: () => void calls.push('sync'),
    closeSync: () => undefined,
    renameSync: (from: string, to: string) => void calls.push(`${from} > ${to}`),
    rmSync: () => undefined,
  };
  const write = createSmallFileWriter({ crypto, fs: fs as unknown as typeof nodeFs });
  const tasks = ['a', 'b'].map((name) => ({ bytes: Buffer.from(name), partPath: `part-${name}`, finalPath: name }));
  expect(write(tasks)).toEqual([sha256('a'), sha256('b')]);
  expect(calls).toEqual(['open part-a', 'write', 'open part-b', 'write', 'sync', 'sync', 'part-a > a', 'part-b > b']);
});

test.each(['writeSync', 'fsyncSync', 'renameSync'])('one whose part cannot be removed either fails with what was said first, by %s, and the others of its group are there', (failing) => {
  const fail = (code: string): never => {
    throw Object.assign(new Error(`${code} was said`), { code });
  };
  const paths: string[] = [];
  const renamed: string[] = [];
  const refuse = (name: string, path: string | undefined): void => void (name === failing && path === 'part-b' && fail('EACCES'));
  const fs = {
    constants: { O_CREAT: 1, O_NOFOLLOW: 2, O_TRUNC: 4, O_WRONLY: 8 },
    openSync: (path: string) => paths.push(path) - 1,
    writeSync: (fd: number, bytes: Uint8Array) => (refuse('writeSync', paths[fd]), bytes.length),
    fsyncSync: (fd: number) => refuse('fsyncSync', paths[fd]),
    closeSync: () => undefined,
    renameSync: (from: string, to: string) => (refuse('renameSync', from), void renamed.push(to)),
    rmSync: () => fail('EPERM'),
  };
  const write = createSmallFileWriter({ crypto, fs: fs as unknown as typeof nodeFs });
  const tasks = ['a', 'b', 'c'].map((name) => ({ bytes: Buffer.from(name), partPath: `part-${name}`, finalPath: name }));
  expect(write(tasks)).toEqual([sha256('a'), { code: 'EACCES', message: 'EACCES was said' }, sha256('c')]);
  expect(renamed).toEqual(['a', 'c']);
});

/** Of which nothing can be written or removed, whoever asks: a plain file is where its directory should be. */
async function hopelessTask(directory: string): Promise<SmallFileTask> {
  const inTheWay = join(directory, 'in-the-way');
  await writeFile(inTheWay, 'plain');
  return { bytes: Buffer.from('hopeless'), partPath: join(inTheWay, 'part'), finalPath: join(inTheWay, 'whole') };
}

const hopeless = { code: 'ENOTDIR', message: expect.stringContaining('open') };

test('a thread outlives a file of which nothing can be removed: bytes that were moved there are not lost', async () => {
  const directory = await temporaryDirectory();
  const thread = new SmallFileThread();
  const pool = new BlockPool({ blockBytes: 8, mostFree: 1 });
  const moved = pool.take().subarray(0, 5);
  moved.write('moved');
  handOver(moved, pool);
  const tasks = [await hopelessTask(directory), { bytes: moved, partPath: join(directory, 'part'), finalPath: join(directory, 'moved') }];
  expect(await thread.write(tasks)).toEqual([hopeless, sha256('moved')]);
  await thread.close();
});

test('everything that a thread was asked is answered when it dies, also after a file of which nothing can be removed', async () => {
  const directory = await temporaryDirectory();
  const thread = new SmallFileThread();
  const asked = [thread.write([await hopelessTask(directory)]), thread.write([{ bytes: Buffer.from('b'), partPath: join(directory, 'part'), finalPath: join(directory, 'b') }])];
  await thread.close();
  expect(await Promise.all(asked)).toEqual([[hopeless], [sha256('b')]]);
});

test('what a thread was asked is done here when the thread dies, and bytes that were moved there are told of as lost', async () => {
  const directory = await temporaryDirectory();
  const thread = new SmallFileThread();
  const taskOf = (name: string, bytes: Buffer): SmallFileTask => ({ bytes, partPath: join(directory, `part-${name}`), finalPath: join(directory, name) });
  const pool = new BlockPool({ blockBytes: 8, mostFree: 1 });
  const moved = pool.take().subarray(0, 5);
  handOver(moved, pool);
  const asked = thread.write([taskOf('copied', Buffer.from('bytes')), taskOf('moved', moved), taskOf('other', Buffer.from('others'))]);
  expect(moved.length).toBe(0);
  await thread.close();
  expect(await asked).toEqual([sha256('bytes'), { isLost: true }, sha256('others')]);
  expect(await thread.write([taskOf('copied', Buffer.from('more'))])).toEqual([sha256('more')]);
  expect(await readFile(join(directory, 'copied'), 'utf8')).toBe('more');
  expect(await filesBelow(directory)).toEqual(['copied', 'other']);
});

test('files whose bytes died with the thread are fetched again, and every one of them arrives', async () => {
  const directory = await temporaryDirectory();
  const large = Array.from({ length: 200 }, (_, index) => file(String(index + 1), `${index + 1}.bin`, Buffer.alloc(40_000 + index, index)));
  const blocks = new BlockPool({ blockBytes: 65_536, mostFree: 100 });
  const opened: string[] = [];
  const source = wholeSource(large, (bytes, id) => {
    opened.push(id);
    const view = blocks.take().subarray(0, bytes.length);
    bytes.copy(view);
    handOver(view, blocks);
    return view;
  });
  const dying = jest.spyOn(SmallFileThread.prototype, 'write').mockImplementationOnce(function (this: SmallFileThread, tasks) {
    dying.mockRestore();
    const asked = this.write(tasks);
    void this.close();
    return asked;
  });
  const progress: number[] = [];
  const receipt = await pullAll(source, directory, { onEvent: (event) => void (event.type === 'progress' && progress.push(event.bytes)) });
  expect(receipt).toMatchObject({ complete: true, totals: { ok: large.length } });
  expect(opened.length).toBeGreaterThan(large.length);
  expect(progress.at(-1)).toBe(receipt.totals.bytes);
  for (const { name, bytes } of large) expect((await readFile(join(directory, 'contacts/1', name))).equals(bytes)).toBe(true);
});
