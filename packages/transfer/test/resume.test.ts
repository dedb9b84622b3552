import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { FileSourceError, type ErrorKind, type FileSource } from '@filesource/core';
import fc from 'fast-check';
import { parseJournal } from '../src/pull/journal.ts';
import { breakOffAt, file, filesBelow, memorySource, runPull, sha256, temporaryDirectory, validatedSource, watchedHashing } from './helpers.ts';

const run = runPull;

const journalOf = (directory: string): string => join(directory, '.filesource-journal');

const five = ['1', '2', '3', '4', '5'].map((id) => file(id, `${id}.txt`));

/** Pulls a large file, and gives it up when its first 1.5 MB are on their way to the disk. */
async function breakOffInside(bytes: Buffer, directory: string): Promise<void> {
  const stop = new AbortController();
  const source = sourceThatBreaks(bytes, directory, async () => {
    stop.abort();
    await new Promise((resolve) => setTimeout(resolve, 1000).unref());
  });
  await expect(run(source, directory, { signal: stop.signal })).rejects.toMatchObject({ kind: 'aborted' });
}

function sourceThatBreaks(bytes: Buffer, directory: string, breakOff: () => Promise<void>): FileSource {
  const { adapter, source } = validatedSource([file('1', 'large.bin', bytes)]);
  const hasPart = async (): Promise<boolean> => (await filesBelow(directory)).some((path) => path.includes('.part'));
  adapter.onBody = () =>
    Readable.from(
      (async function* parts() {
        yield bytes.subarray(0, 1_500_000);
        while (!(await hasPart())) await nextTurn();
        await breakOff();
      })(),
    );
  return source;
}

describe('a pull that was broken off and is run again', () => {
  test('fetches only what is missing, and ends with the receipt of an undisturbed run', async () => {
    const directory = await temporaryDirectory();
    await breakOffAt('4', five, directory);
    const { adapter, source } = memorySource([{ id: '1', files: five }]);
    const receipt = await run(source, directory);
    expect(adapter.calls.filter((call) => call.startsWith('open'))).toEqual(['open 1/4', 'open 1/5']);
    const undisturbed = await run(memorySource([{ id: '1', files: five }]).source, await temporaryDirectory());
    expect(receipt.files).toEqual(undisturbed.files);
    expect(receipt.complete).toBe(true);
    expect(await filesBelow(directory)).toEqual(five.map(({ name }) => `contacts/1/${name}`));
  });

  test('fetches again what was changed or removed on the disk since', async () => {
    const directory = await temporaryDirectory();
    await breakOffAt('5', five, directory);
    await writeFile(join(directory, 'contacts/1/1.txt'), 'content of X');
    await rm(join(directory, 'contacts/1/2.txt'));
    await rm(join(directory, 'contacts/1/3.txt'));
    await symlink(join(directory, 'contacts/1/4.txt'), join(directory, 'contacts/1/3.txt'));
    const { adapter, source } = memorySource([{ id: '1', files: five }]);
    expect((await run(source, directory)).complete).toBe(true);
    expect(adapter.calls.filter((call) => call.startsWith('open'))).toEqual(['open 1/1', 'open 1/2', 'open 1/3', 'open 1/5']);
  });

  test('fetches again what the vendor changed since', async () => {
    const directory = await temporaryDirectory();
    await breakOffAt('4', five, directory);
    const changed = five.map((given) => (given.id === '2' ? file('2', '2.txt', 'a longer content') : given));
    const { adapter, source } = memorySource([{ id: '1', files: changed }]);
    expect((await run(source, directory)).complete).toBe(true);
    expect(adapter.calls.filter((call) => call.startsWith('open'))).toEqual(['open 1/2', 'open 1/4', 'open 1/5']);
  });

  test('goes on with a large file by range, from where it was', async () => {
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 31) % 251));
    const directory = await temporaryDirectory();
    await breakOffInside(bytes, directory);
    const second = validatedSource([file('1', 'large.bin', bytes)]);
    const receipt = await run(second.source, directory);
    expect(second.offsets).toEqual([1_500_000]);
    expect(receipt.files[0]).toMatchObject({ status: 'ok', size: 3_000_000, sha256: sha256(bytes) });
    expect((await readFile(join(directory, 'contacts/1/large.bin'))).equals(bytes)).toBe(true);
    expect(await filesBelow(directory)).toEqual(['contacts/1/large.bin']);
  });

  test.each<[ErrorKind, string, number]>([
    ['aborted', 'goes on', 1_500_000],
    ['unauthenticated', 'goes on', 1_500_000],
    ['host-refused', 'goes on', 1_500_000],
    ['target-failed', 'goes on', 1_500_000],
    ['corrupt', 'begins anew', 0],
    ['permission-denied', 'begins anew', 0],
  ])('by %s, %s with a large file', async (kind, _how, offset) => {
    const bytes = Buffer.alloc(3_000_000, 'large ');
    const directory = await temporaryDirectory();
    const source = sourceThatBreaks(bytes, directory, () => Promise.reject(new FileSourceError(kind, 'no more', { status: 'permanent' })));
    await run(source, directory).catch(() => undefined);
    expect((await filesBelow(directory)).filter((path) => path.includes('.part'))).toHaveLength(offset === 0 ? 0 : 1);
    const second = validatedSource([file('1', 'large.bin', bytes)]);
    expect((await run(second.source, directory)).files[0]).toMatchObject({ status: 'ok', sha256: sha256(bytes) });
    expect(second.offsets).toEqual([offset]);
    expect(await filesBelow(directory)).toEqual(['contacts/1/large.bin']);
  });

  test('forgets what it noted of a part that is gone, before it begins anew: a kill at that moment must not bring it back', async () => {
    const bytes = Buffer.alloc(3_000_000, 'large ');
    const directory = await temporaryDirectory();
    await breakOffInside(bytes, directory);
    const [part = ''] = (await filesBelow(directory)).filter((path) => path.includes('.part'));
    await rm(join(directory, part));
    const second = validatedSource([file('1', 'large.bin', bytes)]);
    let noted: unknown;
    second.adapter.onBody = () => {
      const lines = readFileSync(journalOf(directory), 'utf8').trim().split('\n');
      noted = /"bytes":(\d+)/.exec(lines.findLast((line) => line.includes('"part"')) ?? '')?.[1];
      return Readable.from([bytes]);
    };
    expect((await run(second.source, directory)).files[0]).toMatchObject({ status: 'ok', sha256: sha256(bytes) });
    expect({ noted, offsets: second.offsets }).toEqual({ noted: '0', offsets: [0] });
  });

  test('starts a large file anew when the vendor has another one by now', async () => {
    const [old, now] = [Buffer.alloc(2_000_000, 'old'), Buffer.alloc(2_000_000, 'new')];
    const directory = await temporaryDirectory();
    await breakOffInside(old, directory);
    const second = validatedSource([file('1', 'large.bin', now)], 'v2');
    expect((await run(second.source, directory)).files[0]).toMatchObject({ status: 'ok', sha256: sha256(now) });
    expect(second.offsets).toEqual([1_500_000, 0]);
  });
});

describe('a pull that came to its end', () => {
  test('is carried on when files failed, as far as the vendor tells what changed', async () => {
    const directory = await temporaryDirectory();
    const first = validatedSource(five);
    first.adapter.onCall = (call) => {
      if (call === 'open 1/3') throw new FileSourceError('permission-denied', 'not for you');
    };
    expect((await run(first.source, directory)).complete).toBe(false);
    const second = validatedSource(five);
    expect((await run(second.source, directory)).complete).toBe(true);
    expect(second.adapter.calls.filter((call) => call.startsWith('open'))).toEqual(['open 1/3']);
  });

  test('is not carried on where nothing would show that a file changed', async () => {
    const directory = await temporaryDirectory();
    const first = memorySource([{ id: '1', files: five }]);
    first.adapter.onCall = (call) => {
      if (call === 'open 1/3') throw new FileSourceError('permission-denied', 'not for you');
    };
    await run(first.source, directory);
    const second = memorySource([{ id: '1', files: five }]);
    await run(second.source, directory);
    expect(second.adapter.calls.filter((call) => call.startsWith('open'))).toHaveLength(5);
  });

  test('leaves no journal when it is complete', async () => {
    const directory = await temporaryDirectory();
    await run(memorySource([{ id: '1', files: five }]).source, directory);
    await expect(readFile(journalOf(directory))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a journal', () => {
  test('that was cut by a crash is good up to the cut, wherever that is', async () => {
    const directory = await temporaryDirectory();
    await breakOffAt('5', five, directory);
    const whole = await readFile(journalOf(directory), 'utf8');
    const records = parseJournal(whole) ?? [];
    expect(records).toHaveLength(5);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length }), (length) => {
        expect(records.slice(0, parseJournal(whole.slice(0, length))?.length)).toEqual(parseJournal(whole.slice(0, length)));
      }),
    );
    await writeFile(journalOf(directory), whole.slice(0, whole.length - 20));
    const { adapter, source } = memorySource([{ id: '1', files: five }]);
    expect((await run(source, directory)).complete).toBe(true);
    expect(adapter.calls.filter((call) => call.startsWith('open'))).toEqual(['open 1/4', 'open 1/5']);
  });

  test('that is damaged is set aside and never trusted', async () => {
    const directory = await temporaryDirectory();
    await breakOffAt('5', five, directory);
    const whole = await readFile(journalOf(directory), 'utf8');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 2 }), (at) => {
        const flipped = `${whole.slice(0, at)}${whole[at] === 'x' ? 'y' : 'x'}${whole.slice(at + 1)}`;
        expect(parseJournal(flipped)).toBeUndefined();
      }),
    );
    await writeFile(journalOf(directory), whole.replace('content', 'cOntent').replace('"size":12', '"size":13'));
    const { adapter, source } = memorySource([{ id: '1', files: five }]);
    expect((await run(source, directory)).complete).toBe(true);
    expect(adapter.calls.filter((call) => call.startsWith('open'))).toHaveLength(5);
    expect(await filesBelow(directory)).toContain('.filesource-journal-damaged');
  });
});

describe('a second pull to the same directory', () => {
  test('is refused while the first one runs, and asks no vendor', async () => {
    const directory = await temporaryDirectory();
    const first = memorySource([{ id: '1', files: five }]);
    const second = memorySource([{ id: '1', files: five }]);
    let refused: unknown;
    first.adapter.onCall = async (call) => {
      if (call === 'open 1/2') refused = await run(second.source, directory).catch((error: unknown) => error);
    };
    expect((await run(first.source, directory)).complete).toBe(true);
    expect(refused).toMatchObject({ kind: 'conflict', message: expect.stringContaining('another transfer writes to') });
    expect(second.adapter.calls).toEqual([]);
    expect((await run(second.source, directory)).complete).toBe(true);
  });

  test('is refused while another process is at it, and goes on when that is gone', async () => {
    const directory = await temporaryDirectory();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const lock = JSON.stringify({ host: hostname(), pid: child.pid, born: null });
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, '.filesource-lock'), lock);
    const { source } = memorySource([{ id: '1', files: five }]);
    await expect(run(source, directory)).rejects.toMatchObject({ kind: 'conflict' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    expect((await run(source, directory)).complete).toBe(true);
    await writeFile(join(directory, '.filesource-lock'), '{"host":');
    expect((await run(source, directory)).complete).toBe(true);
  });
});

test('an abort while a large file of an earlier run is read again ends there', async () => {
  const directory = await temporaryDirectory();
  await breakOffAt('2', [file('1', 'large.bin', Buffer.alloc(32 * 1024 * 1024)), file('2', 'b.txt')], directory);
  const stop = new AbortController();
  let read = 0;
  const hashing = watchedHashing((bytes) => {
    read = bytes;
    if (bytes > 1024 * 1024) stop.abort();
  });
  const { source } = memorySource([{ id: '1', files: [file('1', 'large.bin', Buffer.alloc(32 * 1024 * 1024)), file('2', 'b.txt')] }]);
  await expect(run(source, directory, { signal: stop.signal, hashing })).rejects.toMatchObject({ kind: 'aborted' });
  expect(read).toBeGreaterThan(1024 * 1024);
  expect(read).toBeLessThan(8 * 1024 * 1024);
});
