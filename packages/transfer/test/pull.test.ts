import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { FileSourceError, type FileSource } from '@filesource/core';
import { createMemoryAdapter, nodeHashing, realClock } from '@filesource/testkit';
import { parseReceipt, pull, type PullOptions, type TransferEvent } from '../src/index.ts';
import { file, filesBelow, memorySource, sha256, sourceOver, sourcesOf, temporaryDirectory, textOf } from './helpers.ts';

type Given = Partial<PullOptions> & { readonly source?: FileSource };

function options(directory: string, refs: readonly string[], { source, ...given }: Given): PullOptions {
  return { sources: sourcesOf(...(source === undefined ? [] : [source])), refs, directory, clock: realClock, hashing: nodeHashing, ...given };
}

async function failureOf(promise: Promise<unknown>): Promise<FileSourceError> {
  return promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => {
      if (FileSourceError.is(error)) return error;
      throw error;
    },
  );
}

test('refs may come in a set, as JavaScript lets them', async () => {
  const { source } = memorySource([{ id: '1', files: [file('1', 'a.txt')] }]);
  const given = { refs: new Set(['contacts:1']) as unknown as readonly string[] };
  expect(await pull({ ...options(await temporaryDirectory(), [], { source }), ...given })).toMatchObject({ complete: true, totals: { files: 1, ok: 1 } });
});

describe('a pull that cannot be', () => {
  const wrong: readonly (readonly [string, object])[] = [
    ['one ref in place of a list', { refs: 'contacts:1' }],
    ['no refs', { refs: undefined }],
    ['an entry of a listing in place of its ref', { refs: [{ ref: 'contacts:1' }] }],
    ['an empty directory, which would be where the process runs', { directory: '' }],
    ['no directory', { directory: undefined }],
    ['no clock', { clock: undefined }],
    ['no hashing', { hashing: undefined }],
    ['a signal that is none', { signal: null }],
  ];

  test.each(wrong)('is refused by name before any vendor is asked: %s', async (_what, given) => {
    const { source, adapter } = memorySource([{ id: '1', files: [file('1', 'a.txt')] }]);
    const pulled = pull({ ...options(await temporaryDirectory(), ['contacts:1'], { source }), ...given } as PullOptions);
    expect(await failureOf(pulled)).toMatchObject({ kind: 'invalid-argument', advice: expect.any(String) });
    expect(adapter.calls).toEqual([]);
  });
});

describe('a pull', () => {
  test('tells of each folder that was asked for and has nothing in it or below, before everything is planned', async () => {
    const { source } = memorySource([
      { id: '1', files: [file('1', 'a.txt')] },
      { id: '2', files: [] },
      { id: '3', files: [], folders: ['4'] },
      { id: '4', files: [] },
      { id: '5', files: [], folders: ['6'] },
      { id: '6', files: [file('6', 'b.txt')] },
    ]);
    const events: TransferEvent[] = [];
    const refs = ['contacts:1/1', 'contacts:1', 'contacts:2', 'contacts:3', 'contacts:5', 'contacts:nobody'];
    await pull({ ...options(await temporaryDirectory(), refs, { source }), onEvent: (event) => events.push(event) });
    const told = events.filter(({ type }) => type === 'folder-empty' || type === 'planned' || type === 'file-failed');
    expect(told).toEqual([
      expect.objectContaining({ type: 'file-failed', ref: 'contacts:nobody' }),
      { type: 'folder-empty', ref: 'contacts:2' },
      { type: 'folder-empty', ref: 'contacts:3' },
      { type: 'planned', files: 2, bytes: 24 },
    ]);
  });

  test('puts the files of a folder and of the folders in it below source, folder id and names', async () => {
    const { source } = memorySource([
      { id: '1237', files: [file('1', 'Exposé.pdf'), file('2', 'b.txt')], folders: ['70'] },
      { id: '70', name: 'Bilder', files: [file('3', 'haus.jpg')], folders: ['71'] },
      { id: '71', name: 'klein', files: [file('4', 'haus.jpg')] },
    ]);
    const directory = await temporaryDirectory();
    const receipt = await pull(options(directory, ['contacts:1237'], { source }));
    expect(await filesBelow(directory)).toEqual(['contacts/1237/Bilder/haus.jpg', 'contacts/1237/Bilder/klein/haus.jpg', 'contacts/1237/Exposé.pdf', 'contacts/1237/b.txt']);
    expect(await textOf(directory, 'contacts/1237/Bilder/klein/haus.jpg')).toBe('content of 4');
    expect(receipt).toMatchObject({ complete: true, operation: 'pull', totals: { files: 4, ok: 4, failed: 0, missing: 0, bytes: 48 } });
    expect(receipt.files[0]).toEqual({ ref: 'contacts:1237/1', name: 'Exposé.pdf', path: 'contacts/1237/Exposé.pdf', size: 12, sha256: sha256('content of 1'), status: 'ok' });
  });

  test('goes over many pages and many folders, and keeps the order of refs and vendor in the receipt', async () => {
    const folders = Array.from({ length: 40 }, (_, folder) => ({ id: String(folder), files: Array.from({ length: folder % 9 }, (_, n) => file(`${folder}-${n}`, `${n}.txt`)) }));
    const { source } = memorySource(folders);
    const directory = await temporaryDirectory();
    const refs = folders.map((folder) => `contacts:${folder.id}`).reverse();
    const receipt = await pull(options(directory, refs, { source, concurrency: 3 }));
    expect(receipt.complete).toBe(true);
    expect(receipt.files.map((row) => row.ref)).toEqual([...folders].reverse().flatMap((folder) => folder.files.map(({ id }) => `contacts:${folder.id}/${id}`)));
  });

  test('lists as many folders at once as the source takes calls', async () => {
    const folders = Array.from({ length: 300 }, (_, folder) => ({ id: String(folder), files: [file(`${folder}-1`, 'a.txt')] }));
    const adapter = createMemoryAdapter({ folders });
    const wide = { ...adapter, capabilities: { ...adapter.capabilities, limits: { ...adapter.capabilities.limits, maxConcurrency: 200 } } };
    let [running, most] = [0, 0];
    adapter.onCall = async () => {
      running += 1;
      most = Math.max(most, running);
      await nextTurn();
      running -= 1;
    };
    const receipt = await pull(options('/nowhere', folders.map(({ id }) => `contacts:${id}`), { source: sourceOver(wide), dryRun: true }));
    expect(receipt.totals).toMatchObject({ files: 300, missing: 0, failed: 0 });
    expect(most).toBe(200);
  });

  test('writes large files through a part and leaves no part behind', async () => {
    const bytes = Buffer.alloc(5_300_001, 'abcdefg');
    const { source } = memorySource([{ id: '1', files: [file('1', 'large.bin', bytes), file('2', 'empty.bin', '')] }]);
    const directory = await temporaryDirectory();
    const receipt = await pull(options(directory, ['contacts:1'], { source }));
    expect((await readFile(join(directory, 'contacts/1/large.bin'))).equals(bytes)).toBe(true);
    expect(receipt.files.map((row) => [row.size, row.sha256])).toEqual([[5_300_001, sha256(bytes)], [0, sha256('')]]);
    expect(await filesBelow(directory)).toEqual(['contacts/1/empty.bin', 'contacts/1/large.bin']);
  });

  test('keeps files of the same name apart by id, whatever the order of the listing', async () => {
    const files = [file('10', 'a.txt'), file('9', 'A.TXT'), file('11', 'a (1).txt'), file('12', 'u\u0308.txt'), file('13', 'ü.txt')];
    const { source } = memorySource([{ id: '1', files }]);
    const other = memorySource([{ id: '1', files: [...files].reverse() }]).source;
    const [one, two] = [await temporaryDirectory(), await temporaryDirectory()];
    const rows = (await pull(options(one, ['contacts:1'], { source }))).files;
    const otherRows = (await pull(options(two, ['contacts:1'], { source: other }))).files;
    const paths = Object.fromEntries(rows.map((row) => [row.ref.split('/')[1], row.path?.split('/').at(-1)]));
    expect(paths).toEqual({ 9: 'A.TXT', 10: 'a (2).txt', 11: 'a (1).txt', 12: 'ü.txt', 13: 'ü (1).txt' });
    expect(Object.fromEntries(otherRows.map((row) => [row.ref.split('/')[1], row.path?.split('/').at(-1)]))).toEqual(paths);
    expect(await textOf(one, 'contacts/1/a (2).txt')).toBe('content of 10');
  });

  test('never writes outside of the directory, whatever files and folders are called', async () => {
    const names = ['../../etc/passwd', 'a\\b:c*?.txt', '', '.', '..', `${'ä'.repeat(300)}.pdf`, 'con.txt', 'bell\u0007\u0000.txt', 'trailing. . ', '.filesource-x.part'];
    const { source } = memorySource([{ id: '../1', files: names.map((name, index) => file(String(index), name)), folders: ['99'] }, { id: '99', name: '..', files: [file('in', 'x')] }]);
    const parent = await temporaryDirectory();
    const receipt = await pull(options(join(parent, 'target'), ['contacts:..%2F1'], { source }));
    expect(receipt.complete).toBe(true);
    expect(await readdir(parent)).toEqual(['target']);
    const paths = receipt.files.map((row) => row.path?.replace('contacts/..%2f1/', ''));
    expect(paths.slice(0, 5)).toEqual(['.._.._etc_passwd', 'a_b_c__.txt', '_', '_ (1)', '_ (2)']);
    expect(paths.slice(5, 6).map((path) => [Buffer.byteLength(path ?? ''), path?.endsWith('ä.pdf')])).toEqual([[254, true]]);
    expect(paths.slice(6)).toEqual(['_con.txt', 'bell__.txt', 'trailing_', '_.filesource-x.part', '_ (3)/x']);
  });

  test('does not follow a symbolic link out of the directory', async () => {
    const { source } = memorySource([{ id: '1', files: [file('1', 'a.txt')] }, { id: '2', files: [file('2', 'b.txt')] }]);
    const [directory, outside] = [await temporaryDirectory(), await temporaryDirectory()];
    await mkdir(join(directory, 'contacts'));
    await symlink(outside, join(directory, 'contacts/1'));
    await mkdir(join(directory, 'contacts/2'));
    await writeFile(join(outside, 'precious'), 'untouched');
    await symlink(join(outside, 'precious'), join(directory, 'contacts/2/b.txt'));
    const receipt = await pull(options(directory, ['contacts:1', 'contacts:2'], { source }));
    expect(receipt.files.map((row) => [row.status, row.error?.kind])).toEqual([['failed', 'target-failed'], ['ok', undefined]]);
    expect(await filesBelow(outside)).toEqual(['precious']);
    expect(await textOf(outside, 'precious')).toBe('untouched');
    expect(await textOf(directory, 'contacts/2/b.txt')).toBe('content of 2');
  });

  /** Times of files go on in steps. */
  const letTimePass = (): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  const replacements: readonly (readonly [string, (path: string, outside: string, elsewhere: string) => void, string])[] = [
    ['a link', (path, outside) => symlinkSync(outside, path), 'a symbolic link is in the way'],
    ['nothing', () => undefined, 'the directory is not there'],
    ['another directory', (path) => mkdirSync(path), 'another directory was put in its place'],
    [
      'a directory that was made when it was gone',
      (path, _outside, elsewhere) => {
        letTimePass();
        rmSync(elsewhere, { recursive: true });
        mkdirSync(path);
        letTimePass();
        writeFileSync(join(path, 'of somebody else'), 'text');
      },
      'another directory was put in its place',
    ],
  ];

  test.each(replacements)('does not call complete what was written below a directory in whose place there is %s by then', async (_what, replace, message) => {
    const { source } = memorySource([{ id: '1', files: [file('1', 'a.txt')] }, { id: '2', files: [file('2', 'b.txt')] }]);
    const [directory, outside, receiptFile] = [await temporaryDirectory(), await temporaryDirectory(), join(await temporaryDirectory(), 'receipt.json')];
    let isReplaced = false;
    const events: TransferEvent[] = [];
    const onEvent = (event: TransferEvent): void => {
      events.push(event);
      if (event.type !== 'file-done' || isReplaced) return;
      isReplaced = true;
      renameSync(join(directory, 'contacts/1'), join(directory, 'elsewhere'));
      replace(join(directory, 'contacts/1'), outside, join(directory, 'elsewhere'));
    };
    const all = options(directory, ['contacts:1'], { source, receiptFile });
    const { kind, message: told } = await failureOf(pull({ ...all, onEvent }));
    expect([kind, told]).toEqual(['target-failed', expect.stringContaining(message)]);
    expect(events.at(-1)).toMatchObject({ type: 'done', complete: false });
    await expect(readFile(receiptFile)).rejects.toMatchObject({ code: 'ENOENT' });
    await rm(join(directory, 'contacts/1'), { recursive: true, force: true });
    expect(await pull(all)).toMatchObject({ complete: true });
    expect(await textOf(directory, 'contacts/1/a.txt')).toBe('content of 1');
  });

  test('is complete where a directory is another one by then, and all that was written is in it: some file systems copy what is written to', async () => {
    const { source } = memorySource([{ id: '1', files: [file('1', 'a.txt'), file('2', 'b.txt')] }, { id: '2', files: [file('3', 'c.txt')] }]);
    const directory = await temporaryDirectory();
    let isCopied = false;
    const onEvent = ({ type, ...event }: TransferEvent): void => {
      if (type !== 'file-done' || isCopied || !('path' in event) || event.path !== 'contacts/1/b.txt') return;
      isCopied = true;
      cpSync(join(directory, 'contacts/1'), join(directory, 'copy'), { recursive: true });
      renameSync(join(directory, 'contacts/1'), join(directory, 'elsewhere'));
      renameSync(join(directory, 'copy'), join(directory, 'contacts/1'));
    };
    expect(await pull({ ...options(directory, ['contacts:1', 'contacts:2'], { source, concurrency: 1 }), onEvent })).toMatchObject({ complete: true });
    expect(isCopied).toBe(true);
  });

  test.each(replacements)('nor what an earlier run has written, where there is %s by the end of this one', async (_what, replace, message) => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.txt')] }, { id: '2', files: [file('2', 'b.txt')] }]);
    const [directory, outside] = [await temporaryDirectory(), await temporaryDirectory()];
    const stop = new AbortController();
    adapter.onCall = (call) => {
      if (call === 'open 2/2') stop.abort();
    };
    const all = options(directory, ['contacts:1', 'contacts:2'], { source, concurrency: 1 });
    expect((await failureOf(pull({ ...all, signal: stop.signal }))).kind).toBe('aborted');
    const before = adapter.calls.length;
    adapter.onCall = (call) => {
      if (call !== 'open 2/2') return;
      renameSync(join(directory, 'contacts/1'), join(directory, 'elsewhere'));
      replace(join(directory, 'contacts/1'), outside, join(directory, 'elsewhere'));
    };
    expect((await failureOf(pull(all))).message).toContain(message);
    expect(adapter.calls.slice(before)).not.toContain('open 1/1');
  });

  test('pulls a file once that is reached through its folder and by itself', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.txt'), file('2', 'b.txt')] }]);
    const receipt = await pull(options(await temporaryDirectory(), ['contacts:1/2', 'contacts:1', 'contacts:1'], { source }));
    expect(receipt.files.map((row) => row.ref)).toEqual(['contacts:1/1', 'contacts:1/2']);
    expect(adapter.calls.filter((call) => call.startsWith('open'))).toHaveLength(2);
  });

  test.each([
    ['lists their folder in place of asking for each', {}, ['list 1', 'list 1 from 3']],
    ['asks for each that the listing does not show', { gone: '3' }, ['list 1', 'list 1 from 3', 'stat 1/3']],
    ['asks for each where the folder cannot be listed', { refused: 'list 1' }, ['list 1', 'stat 1/4', 'stat 1/3', 'stat 1/1', 'stat 1/2']],
  ])('of many single files of one folder %s, and tells them in the order in which they were asked for', async (_what, { gone, refused }: { readonly gone?: string; readonly refused?: string }, expected) => {
    const all = [file('1', 'a.txt'), file('2', 'a.txt'), file('3', 'c.txt'), file('4', 'd.txt'), file('5', 'e.txt')];
    const folder = { id: '1', files: all.filter(({ id }) => id !== gone) };
    const { adapter, source } = memorySource([folder]);
    adapter.onCall = (call) => {
      if (call === refused) throw new FileSourceError('permission-denied', 'not for you');
    };
    const receipt = await pull(options(await temporaryDirectory(), ['contacts:1/4', 'contacts:1/3', 'contacts:1/1', 'contacts:1/2'], { source }));
    expect(receipt.files.map((row) => [row.ref, row.status])).toEqual([
      ['contacts:1/4', 'ok'],
      ['contacts:1/3', gone === undefined ? 'ok' : 'missing'],
      ['contacts:1/1', 'ok'],
      ['contacts:1/2', 'ok'],
    ]);
    expect(adapter.calls.filter((call) => /^(list|stat)/.test(call))).toEqual(expected);
  });

  test('ends a pull of many single files at once where nothing can work any more', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.txt')] }]);
    adapter.onCall = () => {
      throw new FileSourceError('unauthenticated', 'who are you?');
    };
    const refs = [1, 2, 3, 4].map((id) => `contacts:1/${id}`);
    await expect(pull(options(await temporaryDirectory(), refs, { source }))).rejects.toMatchObject({ kind: 'unauthenticated' });
    expect(adapter.calls).toEqual(['list 1']);
  });

  test('reads no more pages of a folder than it is to find files', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: Array.from({ length: 100 }, (_, index) => file(String(index + 1), `${index}.txt`)) }]);
    const receipt = await pull(options(await temporaryDirectory(), ['contacts:1/1', 'contacts:1/2', 'contacts:1/99', 'contacts:1/100'], { source }));
    expect(receipt.files.map((row) => [row.ref, row.status])).toEqual([1, 2, 99, 100].map((id) => [`contacts:1/${id}`, 'ok']));
    expect(adapter.calls.filter((call) => /^(list|stat)/.test(call))).toEqual(['list 1', 'list 1 from 3', 'list 1 from 6', 'list 1 from 9', 'stat 1/99', 'stat 1/100']);
  });

  test('pulls single files by stat, in the order in which they were asked for', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.txt'), file('2', 'a.txt'), file('3', 'c.txt')] }]);
    const receipt = await pull(options(await temporaryDirectory(), ['contacts:1/2', 'contacts:1/9', 'contacts:1/1'], { source }));
    expect(receipt.files.map((row) => [row.ref, row.status, row.path])).toEqual([
      ['contacts:1/2', 'ok', 'contacts/1/a (1).txt'],
      ['contacts:1/9', 'missing', null],
      ['contacts:1/1', 'ok', 'contacts/1/a.txt'],
    ]);
    expect(adapter.calls.some((call) => call.startsWith('list'))).toBe(false);
  });

  test('names what failed and goes on with the rest', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.txt'), file('2', 'b.txt'), file('3', 'c.txt')] }]);
    adapter.onCall = (call) => {
      if (call === 'open 1/2') throw new FileSourceError('permission-denied', 'not for you', { advice: 'Ask the owner.' });
      if (call === 'open 1/3') throw new FileSourceError('not-found', 'gone');
    };
    const directory = await temporaryDirectory();
    const receipt = await pull(options(directory, ['contacts:1', 'contacts:nowhere'], { source }));
    expect(receipt).toMatchObject({ complete: false, totals: { files: 4, ok: 1, failed: 1, missing: 2, bytes: 12 } });
    expect(receipt.files[1]).toMatchObject({ status: 'failed', sha256: null, error: { kind: 'permission-denied', message: 'not for you', advice: 'Ask the owner.' } });
    expect(receipt.files[3]).toEqual({ ref: 'contacts:nowhere', name: null, path: null, size: null, sha256: null, status: 'missing', error: { kind: 'not-found', message: 'there is no folder nowhere' } });
    expect(await filesBelow(directory)).toEqual(['.filesource-journal', 'contacts/1/a.txt']);
  });

  test('pulls what a broken listing gave and says that it broke', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: ['1', '2', '3', '4', '5'].map((id) => file(id, `${id}.txt`)) }]);
    adapter.onCall = (call) => {
      if (call.startsWith('list 1 from')) throw new FileSourceError('vendor-failure', 'broken');
    };
    const receipt = await pull(options(await temporaryDirectory(), ['contacts:1'], { source }));
    expect(receipt.files.map((row) => [row.ref, row.status])).toEqual([['contacts:1', 'failed'], ['contacts:1/1', 'ok'], ['contacts:1/2', 'ok'], ['contacts:1/3', 'ok']]);
    expect(receipt.complete).toBe(false);
  });

  test('does not keep a file whose size is not the listed one', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'short.txt'), file('2', 'long.txt')] }]);
    const open = adapter.open.bind(adapter);
    adapter.open = async (ref, openOptions) => {
      const bytes = ref.file === '1' ? Buffer.from('short') : Buffer.from('much longer than the listing said');
      return { ...(await open(ref, openOptions)), body: Readable.from([bytes]), size: bytes.length, totalSize: bytes.length };
    };
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'contacts/1'), { recursive: true });
    await writeFile(join(directory, 'contacts/1/short.txt'), 'from an earlier pull');
    const receipt = await pull(options(directory, ['contacts:1'], { source }));
    expect(receipt.files.map((row) => [row.status, row.error?.kind])).toEqual([['failed', 'truncated'], ['failed', 'conflict']]);
    expect(await filesBelow(directory)).toEqual(['contacts/1/short.txt']);
    expect(await textOf(directory, 'contacts/1/short.txt')).toBe('from an earlier pull');
  });

  test('replaces a file of an earlier pull', async () => {
    const { source } = memorySource([{ id: '1', files: [file('1', 'a.txt', 'new')] }]);
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'contacts/1'), { recursive: true });
    await writeFile(join(directory, 'contacts/1/a.txt'), 'old and longer');
    expect((await pull(options(directory, ['contacts:1'], { source }))).complete).toBe(true);
    expect(await textOf(directory, 'contacts/1/a.txt')).toBe('new');
  });

  test('does not walk in a circle', async () => {
    const { source } = memorySource([{ id: '1', files: [file('1', 'a.txt')], folders: ['2'] }, { id: '2', folders: ['1'] }]);
    const receipt = await pull(options(await temporaryDirectory(), ['contacts:1'], { source }));
    expect(receipt.files.map((row) => [row.ref, row.status, row.error?.kind])).toEqual([['contacts:1/1', 'ok', undefined], ['contacts:1', 'failed', 'vendor-protocol']]);
  });

  test('gives a complete receipt without rows for a folder without files', async () => {
    const { source } = memorySource([{ id: '1' }]);
    expect(await pull(options(await temporaryDirectory(), ['contacts:1'], { source }))).toMatchObject({ complete: true, files: [] });
  });
});

describe('a dry run', () => {
  test('lists and writes nothing', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.txt')] }]);
    const parent = await temporaryDirectory();
    const receipt = await pull(options(join(parent, 'target'), ['contacts:1'], { source, dryRun: true }));
    expect(receipt).toMatchObject({ complete: false, dryRun: true, totals: { files: 1, ok: 0, failed: 0, missing: 0, bytes: 12 } });
    expect(receipt.files[0]).toMatchObject({ status: 'planned', path: 'contacts/1/a.txt' });
    expect(await readdir(parent)).toEqual([]);
    expect(adapter.calls).toEqual(['list 1']);
  });
});

describe('a pull that cannot go on', () => {
  test('asks no vendor when the directory cannot be written', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.txt')] }]);
    const parent = await temporaryDirectory();
    await writeFile(join(parent, 'target'), 'a file');
    expect(await failureOf(pull(options(join(parent, 'target'), ['contacts:1'], { source })))).toMatchObject({ kind: 'target-failed' });
    expect(await failureOf(pull(options(join(parent, 'target', 'below'), ['contacts:1'], { source })))).toMatchObject({ kind: 'target-failed' });
    expect(adapter.calls).toEqual([]);
  });

  test('asks no vendor for a ref that is none', async () => {
    const { adapter, source } = memorySource([{ id: '1' }]);
    expect(await failureOf(pull(options(await temporaryDirectory(), ['contacts:1', 'nonsense'], { source })))).toMatchObject({ kind: 'invalid-argument' });
    expect(adapter.calls).toEqual([]);
  });

  test('ends at a login that is refused, and writes the receipt first', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: ['1', '2', '3', '4', '5'].map((id) => file(id, `${id}.txt`)) }]);
    adapter.onCall = (call) => {
      if (call === 'open 1/2') throw new FileSourceError('unauthenticated', 'the token ran out');
    };
    const directory = await temporaryDirectory();
    const receiptFile = join(directory, 'receipts', 'receipt.json');
    const error = await failureOf(pull(options(join(directory, 'target'), ['contacts:1'], { source, concurrency: 1, receiptFile })));
    expect(error.kind).toBe('unauthenticated');
    const receipt = parseReceipt(await readFile(receiptFile, 'utf8'));
    expect(receipt.complete).toBe(false);
    expect(receipt.files.map((row) => [row.status, row.error?.kind])).toEqual([['ok', undefined], ['failed', 'unauthenticated'], ['missing', 'aborted'], ['missing', 'aborted'], ['missing', 'aborted']]);
  });

  test('ends at a full disk', async () => {
    const { source } = memorySource([{ id: '1', files: [file('1', 'a.txt'), file('2', 'b.txt')] }]);
    const directory = await temporaryDirectory();
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    let hashes = 0;
    const hashing = {
      ...nodeHashing,
      sha256: () => {
        const hash = nodeHashing.sha256();
        hashes += 1;
        const fails = hashes === 4;
        return {
          update: (bytes: Uint8Array) => {
            if (fails) throw new FileSourceError('target-failed', 'no space is left', { cause: full });
            hash.update(bytes);
          },
          hex: () => hash.hex(),
        };
      },
    };
    const error = await failureOf(pull(options(directory, ['contacts:1'], { source, hashing, concurrency: 1 })));
    expect(error).toMatchObject({ kind: 'target-failed', message: 'no space is left' });
    expect(await filesBelow(directory)).toEqual(['.filesource-journal', 'contacts/1/a.txt']);
  });

  test('stops at once when it is aborted, and leaves nothing half-written', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.bin', Buffer.alloc(3_000_000, 1)), file('2', 'b.bin', Buffer.alloc(3_000_000, 2))] }]);
    const stop = new AbortController();
    const bodies: Readable[] = [];
    adapter.onBody = (_ref, bytes) => {
      const body = new Readable({
        read() {
          this.push(bytes.subarray(0, 1_200_000));
          if (bodies.length === 2) setImmediate(() => stop.abort());
        },
      });
      bodies.push(body);
      return body;
    };
    const directory = await temporaryDirectory();
    const receiptFile = join(directory, 'receipt.json');
    const error = await failureOf(pull(options(join(directory, 'target'), ['contacts:1'], { source, signal: stop.signal, receiptFile })));
    expect(error.kind).toBe('aborted');
    expect(await filesBelow(join(directory, 'target'))).toEqual([]);
    expect(bodies.map((body) => body.destroyed)).toEqual([true, true]);
    expect(parseReceipt(await readFile(receiptFile, 'utf8')).totals).toMatchObject({ files: 2, missing: 2 });
  });

  test('does nothing when it was aborted before', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.txt')] }]);
    expect(await failureOf(pull(options(await temporaryDirectory(), ['contacts:1'], { source, signal: AbortSignal.abort() })))).toMatchObject({ kind: 'aborted' });
    expect(adapter.calls).toEqual([]);
  });
});

test('a body without end, of a file that the vendor lists with a size, is given up as soon as it is longer', async () => {
  const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.txt', Buffer.alloc(100_000)), file('2', 'b.txt')] }]);
  const open = adapter.open.bind(adapter);
  let came = 0;
  function* endless(): Generator<Buffer, void, undefined> {
    // Not quite without end, so that whoever takes all of it fails and does not hang.
    for (; came < 64 * 1024 * 1024; came += 40_000) yield Buffer.alloc(40_000);
  }
  adapter.open = async (ref, call) => {
    const content = await open(ref, call);
    return ref.file === '1' ? { ...content, size: null, totalSize: null, body: Readable.from(endless()) } : content;
  };
  const directory = await temporaryDirectory();
  const receipt = await pull(options(directory, ['contacts:1'], { source }));
  expect(receipt.files.map(({ status }) => status)).toEqual(['failed', 'ok']);
  expect(receipt.files[0]?.error).toMatchObject({ kind: 'conflict', message: expect.stringContaining('120000 bytes came, the vendor lists 100000') });
  expect(came).toBeLessThan(2 * 1024 * 1024);
  expect(await filesBelow(directory)).not.toContain('contacts/1/a.txt');
});

describe('the events of a pull', () => {
  test('tell the plan, each file and the end, as JSON', async () => {
    const { adapter, source } = memorySource([{ id: '1', files: [file('1', 'a.txt'), file('2', 'b.txt')] }]);
    adapter.onCall = (call) => {
      if (call === 'open 1/2') throw new FileSourceError('permission-denied', 'not for you');
    };
    const events: TransferEvent[] = [];
    await pull(options(await temporaryDirectory(), ['contacts:1'], { source, concurrency: 1, onEvent: (event) => events.push(event) }));
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
    expect(events.filter((event) => event.type === 'planned')).toEqual([{ type: 'planned', files: 2, bytes: 24 }]);
    expect(events.find((event) => event.type === 'file-done')).toEqual({ type: 'file-done', ref: 'contacts:1/1', path: 'contacts/1/a.txt', size: 12, sha256: sha256('content of 1') });
    expect(events.find((event) => event.type === 'file-failed')).toMatchObject({ ref: 'contacts:1/2', error: { kind: 'permission-denied' } });
    expect(events.filter((event) => event.type === 'progress').at(-1)).toEqual({ type: 'progress', files: 2, totalFiles: 2, bytes: 12, totalBytes: 24 });
    expect(events.at(-1)).toEqual({ type: 'done', complete: false, totals: { files: 2, ok: 1, failed: 1, missing: 0, bytes: 12 } });
  });

  test('a listener that throws ends the pull with its error', async () => {
    const { source } = memorySource([{ id: '1', files: [file('1', 'a.txt')] }]);
    const error = await failureOf(
      pull(
        options(await temporaryDirectory(), ['contacts:1'], {
          source,
          onEvent: () => {
            throw new Error('listener');
          },
        }),
      ),
    );
    expect(error.message).toBe('listener');
  });

  test.each(['planned', 'file-started', 'file-done', 'done'])('an asynchronous listener that fails at %j ends the pull with its error, whenever it does', async (type) => {
    const { source } = memorySource([{ id: '1', files: [file('1', 'a.txt')] }]);
    let isOver = false;
    const onEvent = async (event: TransferEvent): Promise<void> => {
      if (event.type !== type) return;
      await sleep(20);
      expect(isOver).toBe(false);
      throw new Error('listener');
    };
    const error = await failureOf(pull(options(await temporaryDirectory(), ['contacts:1'], { source, onEvent })).finally(() => (isOver = true)));
    expect(error.message).toBe('listener');
  });

  test('a listener that gives back what never comes does not outlive an abort', async () => {
    const { source } = memorySource([{ id: '1', files: [file('1', 'a.txt')] }]);
    const stop = new AbortController();
    const onEvent = async (event: TransferEvent): Promise<void> => {
      if (event.type !== 'done') return;
      setImmediate(() => stop.abort());
      await new Promise(() => undefined);
    };
    expect(await failureOf(pull(options(await temporaryDirectory(), ['contacts:1'], { source, signal: stop.signal, onEvent })))).toMatchObject({ kind: 'aborted' });
  });
});

test('a directory without write permission is refused before any vendor is asked', async () => {
  if (process.getuid?.() === 0) return;
  const { adapter, source } = memorySource([{ id: '1' }]);
  const directory = await temporaryDirectory();
  await chmod(directory, 0o500);
  expect(await failureOf(pull(options(directory, ['contacts:1'], { source })))).toMatchObject({ kind: 'target-failed' });
  expect(adapter.calls).toEqual([]);
});
