import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { appendFile, chmod, chown, mkdir, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { FileSourceError, type Clock } from '@filesource/core';
import { nodeHashing, realClock } from '@filesource/testkit';
import { pull, type Receipt, type TransferEvent } from '../src/index.ts';
import { lockDirectory } from '../src/local/directory-lock.ts';
import { lastingPartName, sweepParts, uniquePartName } from '../src/local/own-names.ts';
import { bornOf } from '../src/local/process-life.ts';
import { TargetDirectory } from '../src/local/target-directory.ts';
import { Journal, parseJournal } from '../src/pull/journal.ts';
import { breakOffAt, file, filesBelow, memorySource, runPull, sha256, temporaryDirectory, validatedSource } from './helpers.ts';

const five = ['1', '2', '3', '4', '5'].map((id) => file(id, `${id}.txt`));
const journalOf = (directory: string): string => join(directory, '.filesource-journal');
const openedBy = (calls: readonly string[]): string[] => calls.filter((call) => call.startsWith('open'));

async function journalOfBrokenPull(directory: string): Promise<string> {
  await breakOffAt('5', five, directory);
  return readFile(journalOf(directory), 'utf8');
}

describe('a journal that is none is set aside and everything is fetched again:', () => {
  const foreign = `${JSON.stringify({ version: 1, complete: true, files: [] }, null, 2)}\n`;
  test.each<readonly [string, (whole: string) => string | Buffer]>([
    ['bytes at random', () => Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7919) % 256))],
    ['a hole of zeros in it', (whole) => `${whole.slice(0, 200)}${'\0'.repeat(300)}${whole.slice(500)}`],
    ['a line that is gone at the start', (whole) => whole.slice(whole.indexOf('\n') + 1)],
    ['a cut line with others after it', (whole) => whole.split('\n').map((line, index) => (index === 2 ? line.slice(0, 40) : line)).join('\n')],
    ['another version', (whole) => whole.replace(/^.*\n/, '6a0f8f0f {"type":"journal","version":2}\n')],
    ['a receipt in its place', () => foreign],
  ])('%s', async (_, damage) => {
    const directory = await temporaryDirectory();
    const damaged = damage(await journalOfBrokenPull(directory));
    await writeFile(journalOf(directory), damaged);
    const { adapter, source } = memorySource([{ id: '1', files: five }]);
    const events: TransferEvent[] = [];
    const receipt = await runPull(source, directory, { onEvent: (event) => events.push(event) });
    expect(receipt).toMatchObject({ complete: true, totals: { ok: 5 } });
    expect(events[0]).toEqual({ type: 'journal-damaged', path: '.filesource-journal-damaged' });
    expect(openedBy(adapter.calls)).toHaveLength(5);
    expect(await filesBelow(directory)).toEqual(['.filesource-journal-damaged', ...five.map(({ name }) => `contacts/1/${name}`)]);
    expect((await readFile(join(directory, '.filesource-journal-damaged'))).equals(Buffer.from(damaged))).toBe(true);
  });

  test.each(['', '\0'.repeat(4096), 'half of a li'])('but one that power left empty or torn at its end is simply short: %j', async (text) => {
    const directory = await temporaryDirectory();
    await journalOfBrokenPull(directory);
    await writeFile(journalOf(directory), text);
    const { source } = memorySource([{ id: '1', files: five }]);
    expect((await runPull(source, directory)).complete).toBe(true);
    expect(await filesBelow(directory)).toEqual(five.map(({ name }) => `contacts/1/${name}`));
  });

  test('and a journal of another run is believed only as far as the bytes on the disk are those', async () => {
    const [one, two] = [await temporaryDirectory(), await temporaryDirectory()];
    const journal = await journalOfBrokenPull(one);
    await mkdir(join(two, 'contacts/1'), { recursive: true });
    await writeFile(join(two, 'contacts/1/1.txt'), 'content of 1');
    await writeFile(join(two, 'contacts/1/2.txt'), 'content of X');
    await writeFile(journalOf(two), journal);
    const { adapter, source } = memorySource([{ id: '1', files: five }]);
    expect((await runPull(source, two)).complete).toBe(true);
    expect(openedBy(adapter.calls)).toEqual(['open 1/2', 'open 1/3', 'open 1/4', 'open 1/5']);
  });
});

test('a journal is read piece by piece, whatever their borders cut, and one without a single line is none', async () => {
  const directory = await temporaryDirectory();
  const [first = '', second = '', ...others] = (await journalOfBrokenPull(directory)).split('\n');
  const lineOf = (index: number): string => {
    const json = JSON.stringify({ ...(JSON.parse(second.slice(9)) as object), path: `contacts/9/${'Müller \u{1F600}'.repeat(index % 300)}${index}` });
    return `${crc32(json).toString(16).padStart(8, '0')} ${json}`;
  };
  await writeFile(journalOf(directory), [first, ...Array.from({ length: 3000 }, (_, index) => lineOf(index)), second, ...others].join('\n'));
  const { adapter, source } = memorySource([{ id: '1', files: five }]);
  expect((await runPull(source, directory)).complete).toBe(true);
  expect(openedBy(adapter.calls)).toEqual(['open 1/5']);
  await writeFile(journalOf(directory), Buffer.alloc(40 * 1024 * 1024, 'x'));
  expect((await runPull(source, directory)).complete).toBe(true);
  expect(await filesBelow(directory)).toContain('.filesource-journal-damaged');
});

describe('what dead transfers left is swept:', () => {
  test('parts that nobody can carry on, of files that the vendor has no more, and half-made files of processes that are gone', async () => {
    const directory = await temporaryDirectory();
    await journalOfBrokenPull(directory);
    const orphan = lastingPartName('contacts/1/gone.txt', nodeHashing);
    const dead = uniquePartName().replace(/-\d+-/, '-4194999-');
    const alive = uniquePartName();
    for (const name of [orphan, dead, alive, '.filesource-lock-0123abcd', '.filesource-of-the-user', 'mine.part']) await writeFile(join(directory, name), 'left');
    const { source } = memorySource([{ id: '1', files: five }]);
    expect((await runPull(source, directory)).complete).toBe(true);
    expect((await filesBelow(directory)).filter((path) => !path.startsWith('contacts/'))).toEqual([alive, '.filesource-of-the-user', 'mine.part'].sort());
  });

  test('also those of a process that had the very id of this one, or of another that runs, before it', async () => {
    const directory = await temporaryDirectory();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const earlierLife = (pid: number | undefined): string => uniquePartName().replace(/-\d+-[0-9a-f]{8}-/, `-${pid}-00000000-`);
    const alive = uniquePartName();
    await writeFile(join(directory, alive), 'under way');
    for (const pid of [process.pid, child.pid]) {
      const stage = join(directory, earlierLife(pid));
      await mkdir(stage);
      await writeFile(join(stage, 'a.txt'), 'left');
    }
    await sweepParts(directory);
    const left = await readdir(directory);
    child.kill('SIGKILL');
    expect(left).toEqual(bornOf(process.pid) === null ? expect.arrayContaining([alive]) : [alive]);
  });

  test('a part that was kept for a file which the vendor has removed meanwhile', async () => {
    const directory = await temporaryDirectory();
    const bytes = Buffer.alloc(3_000_000, 'large');
    const first = validatedSource([file('1', 'a.txt'), file('2', 'large.bin', bytes)]);
    first.breakAt = 1_500_000;
    expect(await runPull(first.source, directory)).toMatchObject({ complete: false, totals: { ok: 1, failed: 1 } });
    expect(await filesBelow(directory)).toContain(lastingPartName('contacts/1/large.bin', nodeHashing));
    const second = validatedSource([file('1', 'a.txt')]);
    expect((await runPull(second.source, directory)).complete).toBe(true);
    expect(await filesBelow(directory)).toEqual(['contacts/1/a.txt']);
  });
});

test('a file whose connection broke for good is carried on by range in the next run', async () => {
  const directory = await temporaryDirectory();
  const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 31) % 251));
  const first = validatedSource([file('1', 'large.bin', bytes)]);
  first.breakAt = 1_500_000;
  expect((await runPull(first.source, directory)).files[0]).toMatchObject({ status: 'failed', error: { kind: 'network' } });
  const second = validatedSource([file('1', 'large.bin', bytes)]);
  expect((await runPull(second.source, directory)).files[0]).toMatchObject({ status: 'ok', sha256: sha256(bytes) });
  expect(second.offsets).toEqual([1_500_000]);
  expect(await filesBelow(directory)).toEqual(['contacts/1/large.bin']);
});

interface SmallDisk {
  grow(size: string): void;
  unmount(): void;
}

/** A file system of its own that is soon full; throws where this user may not mount one. */
function mountSmallDisk(directory: string, size: string): SmallDisk {
  const mount = (...args: readonly string[]): void => void execFileSync('mount', [...args, directory], { stdio: 'pipe' });
  mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs');
  return { grow: (larger) => mount('-o', `remount,size=${larger}`), unmount: () => void execFileSync('umount', ['-l', directory]) };
}

/** Why nothing can be mounted here; `undefined` where it can. */
function mountRefusal(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'filesource-mount-'));
  try {
    mountSmallDisk(directory, '64k').unmount();
    return undefined;
  } catch (error) {
    // An error of Node is none of the Errors in a jest environment.
    return String((error as { readonly message?: unknown }).message).replaceAll(/\s+/g, ' ').trim();
  } finally {
    rmdirSync(directory);
  }
}

const refusal = mountRefusal();
// The superuser of a CI may mount: a test that is left out there would never run at all.
const mustMount = process.env['CI'] === 'true' && process.getuid?.() === 0;
const onSmallDisk = refusal === undefined || mustMount ? test : test.skip;
if (onSmallDisk === test.skip) process.stderr.write(`skipped: the tests of a disk that is full need to mount a small one; test/e2e/full-disk.test.ts needs no mount (${refusal})\n`);

describe(`a disk that is full${onSmallDisk === test.skip ? ` (skipped: ${refusal})` : ''}`, () => {
  onSmallDisk('ends the pull by name, and after some space is freed the next one goes on by range', async () => {
    const directory = await temporaryDirectory();
    const disk = mountSmallDisk(directory, '6m');
    try {
      const bytes = Buffer.from(Array.from({ length: 12_000_000 }, (_, index) => (index * 31) % 251));
      const files = [file('1', 'a.txt'), file('2', 'large.bin', bytes), file('3', 'c.txt')];
      let now = 0;
      const clock: Clock = { ...realClock, now: () => (now += 6000) };
      const failure: unknown = await runPull(validatedSource(files).source, directory, { clock }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ kind: 'target-failed', message: expect.stringContaining('no space is left'), advice: expect.stringContaining('Free some space') });
      expect(parseJournal(await readFile(journalOf(directory), 'utf8'))?.map((record) => record.type)).toEqual(expect.arrayContaining(['done', 'part']));
      disk.grow('32m');
      const second = validatedSource(files);
      const receipt = await runPull(second.source, directory);
      expect(receipt.files.map((row) => [row.status, row.sha256])).toEqual(files.map(({ bytes: content }) => ['ok', sha256(Buffer.from(content))]));
      expect(second.offsets[0]).toBeGreaterThan(1_000_000);
      expect(await filesBelow(directory)).toEqual(['contacts/1/a.txt', 'contacts/1/c.txt', 'contacts/1/large.bin']);
    } finally {
      disk.unmount();
    }
  });

  onSmallDisk('never leaves half a record in the journal that others would follow', async () => {
    const directory = await temporaryDirectory();
    const disk = mountSmallDisk(directory, '256k');
    try {
      const journal = await Journal.open(await TargetDirectory.prepare(directory));
      const filler = join(directory, 'filler');
      await appendFile(filler, Buffer.alloc(1_000_000)).catch(() => undefined);
      let written = 0;
      const record = (): void => journal.recordPart({ path: `file ${written}`, ref: 'contacts:1/1', validator: 'v'.repeat(90), totalSize: 10, bytes: written });
      expect(() => {
        for (; written < 10_000; written += 1) record();
      }).toThrow(expect.objectContaining({ kind: 'target-failed' }));
      const records = (text: string): number | undefined => parseJournal(text)?.length;
      const text = await readFile(journalOf(directory), 'utf8');
      expect([text.endsWith('\n'), records(text)]).toEqual([true, written + 1]);
      await rm(filler);
      record();
      expect(records(await readFile(journalOf(directory), 'utf8'))).toBe(written + 2);
      await journal.close('broken');
    } finally {
      disk.unmount();
    }
  });
});

test('a journal that cannot be removed after all is there fails nothing, and says that its pull came to its end', async () => {
  const directory = await temporaryDirectory();
  const journal = await Journal.open(await TargetDirectory.prepare(directory));
  journal.recordPart({ path: 'a', ref: 'contacts:1/1', validator: 'v', totalSize: 10, bytes: 5 });
  await chmod(directory, 0o500);
  await asNobody([directory, journalOf(directory)], () => journal.close('complete'));
  expect(parseJournal(await readFile(journalOf(directory), 'utf8'))?.at(-1)).toEqual({ type: 'ended' });
  await chmod(directory, 0o700);
});

test('a clock that jumps an hour at every look changes nothing but the times in the receipt', async () => {
  let looks = 0;
  const clock: Clock = { ...realClock, now: () => 1_750_000_000_000 + ((looks += 1) % 2 === 0 ? 3_600_000 : -3_600_000) };
  const events: TransferEvent[] = [];
  const receipt = await pullWith(clock, events);
  expect(receipt.complete).toBe(true);
  expect(events.filter((event) => event.type === 'progress').length).toBeGreaterThan(4);
});

async function pullWith(clock: Clock, events: TransferEvent[]): Promise<Receipt> {
  const { source } = memorySource([{ id: '1', files: five }]);
  return pull({ sources: { get: () => source }, refs: ['contacts:1'], directory: await temporaryDirectory(), clock, hashing: nodeHashing, onEvent: (event) => events.push(event) });
}

/** As the owner of some files who is not root: to root, every directory is writable. */
async function asNobody(owned: readonly string[], task: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return task();
  const nobody = 65_534;
  for (const path of owned) await chown(path, nobody, nobody);
  process.seteuid?.(nobody);
  try {
    await task();
  } finally {
    process.seteuid?.(0);
  }
}

describe('the lock of a directory', () => {
  const lockOf = (directory: string): string => join(directory, '.filesource-lock');
  const owner = (facts: object): string => JSON.stringify({ host: hostname(), pid: process.pid, born: null, ...facts });

  test('is taken over from a dead process by exactly one of many that want it', async () => {
    const directory = await temporaryDirectory();
    const home = await temporaryDirectory();
    const aliases = Array.from({ length: 12 }, (_, index) => join(home, String(index)));
    for (const alias of aliases) await symlink(directory, alias);
    for (let round = 0; round < 10; round += 1) {
      await writeFile(lockOf(directory), owner({ pid: 4_194_999, nonce: String(round) }));
      const outcomes = await Promise.allSettled(aliases.map((alias) => lockDirectory(alias)));
      const winners = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      for (const outcome of outcomes) if (outcome.status === 'rejected') expect(FileSourceError.is(outcome.reason, 'conflict')).toBe(true);
      await winners[0]?.value.release();
      expect(await filesBelow(directory)).toEqual([]);
    }
  });

  test('is not held by a process that only has the same id', async () => {
    const directory = await temporaryDirectory();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const born = bornOf(child.pid ?? 0);
    await writeFile(lockOf(directory), owner({ pid: child.pid, born }));
    if (born !== null) await expect(lockDirectory(directory)).rejects.toMatchObject({ kind: 'conflict', message: expect.stringContaining(`process ${child.pid}`) });
    await writeFile(lockOf(directory), owner({ pid: child.pid, born: 'another boot 1' }));
    const lock = await lockDirectory(directory);
    child.kill('SIGKILL');
    await lock.release();
    expect(await filesBelow(directory)).toEqual([]);
  });

  const pace = { beatMs: 20, watchMs: 400 };

  test('of another machine is respected as long as somebody touches it, and the refusal says what to do', async () => {
    const directory = await temporaryDirectory();
    await writeFile(lockOf(directory), owner({ host: 'elsewhere' }));
    const beating = setInterval(() => void utimes(lockOf(directory), new Date(), new Date()), pace.beatMs);
    // A hundred times as long as one touch takes to come: however the machine stumbles, some come.
    const refusal = lockDirectory(directory, { ...pace, watchMs: 100 * pace.beatMs });
    await expect(refusal).rejects.toMatchObject({ kind: 'conflict', message: expect.stringContaining('on elsewhere'), advice: expect.stringContaining('remove .filesource-lock') });
    clearInterval(beating);
  });

  test('of another machine, or of a container that is gone, is taken over once nobody touches it any more', async () => {
    const directory = await temporaryDirectory();
    await writeFile(lockOf(directory), owner({ host: 'elsewhere' }));
    const lock = await lockDirectory(directory, pace);
    expect(JSON.parse(await readFile(lockOf(directory), 'utf8'))).toMatchObject({ host: hostname(), pid: process.pid });
    await lock.release();
  });

  test('of another machine is watched no longer once its transfer is aborted, and the next one may begin', async () => {
    const directory = await temporaryDirectory();
    await writeFile(lockOf(directory), owner({ host: 'another.example' }));
    const stop = new AbortController();
    const { source } = memorySource([{ id: '1', files: five }]);
    const pulling = runPull(source, directory, { signal: stop.signal });
    await sleep(100);
    stop.abort();
    await expect(pulling).rejects.toMatchObject({ kind: 'aborted' });
    expect(await filesBelow(directory)).toEqual(['.filesource-lock']);
    await rm(lockOf(directory));
    expect((await runPull(source, directory)).complete).toBe(true);
  });

  test('is touched by its owner, who learns when another machine took it over', async () => {
    const directory = await temporaryDirectory();
    const lock = await lockDirectory(directory, pace);
    const touched = async (): Promise<number> => (await stat(lockOf(directory))).mtimeMs;
    const before = await touched();
    while ((await touched()) === before) await sleep(5);
    expect(lock.lost.aborted).toBe(false);
    const theirs = owner({ host: 'elsewhere' });
    await writeFile(lockOf(directory), theirs);
    await once(lock.lost, 'abort');
    expect(lock.lost.reason).toMatchObject({ kind: 'conflict' });
    await lock.release();
    expect(await readFile(lockOf(directory), 'utf8')).toBe(theirs);
  });

  test('that somebody removed by hand does not take away the next one', async () => {
    const directory = await temporaryDirectory();
    const lock = await lockDirectory(directory);
    await writeFile(lockOf(directory), owner({ nonce: 'another' }));
    await lock.release();
    expect(await filesBelow(directory)).toEqual(['.filesource-lock']);
  });

  test('counts for nothing to its own process once it let go, also where it could not be removed', async () => {
    const home = await temporaryDirectory();
    const [directory, away] = [join(home, 'target'), join(home, 'away')];
    await mkdir(directory);
    const lock = await lockDirectory(directory);
    await rename(directory, away);
    await lock.release();
    await rename(away, directory);
    expect(JSON.parse(await readFile(lockOf(directory), 'utf8'))).toMatchObject({ pid: process.pid });
    const next = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toMatchObject({ kind: 'conflict' });
    await next.release();
    expect(await filesBelow(directory)).toEqual([]);
  });

  test('that cannot be removed is emptied, so that nobody takes it for held', async () => {
    const directory = await temporaryDirectory();
    const lock = await lockDirectory(directory);
    await chmod(directory, 0o500);
    await asNobody([directory, lockOf(directory)], () => lock.release());
    expect(await readFile(lockOf(directory), 'utf8')).toBe('');
    await chmod(directory, 0o700);
    const next = await lockDirectory(directory);
    await next.release();
    expect(await filesBelow(directory)).toEqual([]);
  });

  test.each([true, false])('that cannot be removed changes nothing of what a pull comes to (which fails: %p)', async (fails) => {
    const directory = await temporaryDirectory();
    const { adapter, source } = memorySource([{ id: '1', files: five }]);
    adapter.onCall = (call) => {
      if (call !== 'open 1/3') return;
      rmSync(lockOf(directory));
      mkdirSync(lockOf(directory));
      if (fails) throw new FileSourceError('unauthenticated', 'who are you?');
    };
    const outcome = await runPull(source, directory).catch((error: unknown) => error);
    expect(outcome).toMatchObject(fails ? { kind: 'unauthenticated' } : { complete: true });
  });
});

test.each([true, false])('a journal that cannot be removed changes nothing of what a pull comes to (which fails: %p)', async (fails) => {
  const directory = await temporaryDirectory();
  const { adapter, source } = memorySource([{ id: '1', files: five }]);
  adapter.onCall = (call) => {
    if (call !== 'open 1/1') return;
    rmSync(journalOf(directory), { force: true });
    mkdirSync(journalOf(directory));
    if (fails) throw new FileSourceError('unauthenticated', 'who are you?');
  };
  const outcome = await runPull(source, directory).catch((error: unknown) => error);
  expect(outcome).toMatchObject(fails ? { kind: 'unauthenticated' } : { complete: true });
});

test('the journal stays until the receipt is safe: what was fetched is not fetched again', async () => {
  const directory = await temporaryDirectory();
  const receiptFile = join(await temporaryDirectory(), 'receipt.json');
  await mkdir(receiptFile);
  const first = memorySource([{ id: '1', files: five }]);
  await expect(runPull(first.source, directory, { receiptFile })).rejects.toMatchObject({ kind: 'target-failed' });
  const second = memorySource([{ id: '1', files: five }]);
  expect(await runPull(second.source, directory)).toMatchObject({ complete: true, totals: { ok: 5 } });
  expect(openedBy(second.adapter.calls)).toEqual([]);
  expect(await filesBelow(directory)).toEqual(five.map(({ name }) => `contacts/1/${name}`));
});
