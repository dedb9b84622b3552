import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { FileSourceError, type Clock } from '@filesource/core';
import { nodeHashing, realClock } from '@filesource/testkit';
import { pull, type Receipt, type TransferEvent } from '../src/index.ts';
import { file, filesBelow, patch, sha256, sourcesOf, temporaryDirectory, textOf, type ZipInput } from './helpers.ts';
import { manyFiles, packingSource, type PackingSource } from './packing-source.ts';

interface Given {
  readonly by?: 'auto' | 'files' | 'archive';
  readonly refs?: readonly string[];
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly onEvent?: (event: TransferEvent) => void;
}

function pullBy(vendor: PackingSource, directory: string, { by = 'archive', refs = ['documents:1'], ...given }: Given = {}): Promise<Receipt> {
  return pull({ sources: sourcesOf(vendor.source), refs, directory, clock: realClock, hashing: nodeHashing, by, ...given });
}

function opens(vendor: PackingSource): string[] {
  return [...new Set(vendor.requests.filter((request) => request.startsWith('open')))];
}

/** Nothing of ours but what a pull that goes on needs. */
async function ownNames(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.startsWith('.filesource'));
}

describe('a pull by archive', () => {
  it('has the same rows, paths and bytes as one file by file', async () => {
    const folders = {
      1: [...manyFiles(12), file('90', 'gleich.txt', 'erster'), file('91', 'GLEICH.txt', 'zweite'), file('92', 'a:b?.txt', 'Zeichen'), file('93', 'leer', '')],
      2: [...manyFiles(5, 50), file('94', 'gleich.txt', 'dritte'), file('95', `${'ä'.repeat(120)}.pdf`, 'lang')],
    };
    const refs = ['documents:1', 'documents:2', 'documents:2/94'];
    const [singly, packed] = [await temporaryDirectory(), await temporaryDirectory()];
    const vendor = packingSource([], { folders });
    const one = await pullBy(vendor, singly, { by: 'files', refs });
    const asked = vendor.requests.length;
    const other = await pullBy(vendor, packed, { refs });
    expect(vendor.asked).toHaveLength(1);
    expect(vendor.requests.length - asked).toBeLessThan(asked / 2);
    expect(other.files).toEqual(one.files);
    expect(other.complete).toBe(true);
    const names = await filesBelow(singly);
    expect(await filesBelow(packed)).toEqual(names);
    for (const name of names) expect(await textOf(packed, name)).toBe(await textOf(singly, name));
    expect(await ownNames(packed)).toEqual([]);
  });

  it('never puts files into one archive that it may call the same', async () => {
    const vendor = packingSource([file('1', 'Plan.pdf', 'AAAA'), file('2', 'plan.pdf', 'BBBB'), file('3', 'Pl*an.pdf', 'CCCC'), file('4', 'andere.pdf', 'DDDD')]);
    const directory = await temporaryDirectory();
    const receipt = await pullBy(vendor, directory);
    expect(vendor.asked).toEqual([['1', '4']]);
    expect(receipt.files.map(({ sha256: hash }) => hash)).toEqual(['AAAA', 'BBBB', 'CCCC', 'DDDD'].map(sha256));
  });

  it('fetches by itself what the archive lacks, has damaged or in another size', async () => {
    const files = manyFiles(30);
    const vendor = packingSource(files);
    const [, , third] = files;
    vendor.pack = (entries) =>
      entries.flatMap((entry): ZipInput[] => {
        if (entry.path.endsWith(' 1.txt')) return [];
        if (entry.path.endsWith(' 2.txt')) return [{ ...entry, content: 'kurz' }];
        return [{ ...entry, store: true }];
      });
    vendor.change = (bytes) => {
      const at = bytes.indexOf(third?.bytes ?? '');
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      return bytes;
    };
    const directory = await temporaryDirectory();
    const receipt = await pullBy(vendor, directory);
    expect(receipt.complete).toBe(true);
    expect(opens(vendor).sort()).toEqual(['open 1/1', 'open 1/2', 'open 1/3']);
    expect(receipt.files.map(({ sha256: hash }) => hash)).toEqual(files.map(({ bytes }) => sha256(bytes)));
  });

  it.each<[string, (vendor: PackingSource) => void]>([
    ['is refused, since another one is being made', (vendor) => (vendor.onStart = () => throwError(new FileSourceError('rate-limited', 'Too many downloads.', { status: 'permanent' })))],
    ['is refused for good', (vendor) => (vendor.onStart = () => throwError(new FileSourceError('permission-denied', 'no')))],
    ['is refused as if the login were bad', (vendor) => (vendor.onStart = () => throwError(new FileSourceError('unauthenticated', 'no')))],
    ['is no ZIP', (vendor) => (vendor.change = () => Buffer.from('<html>'))],
    ['is cut', (vendor) => (vendor.change = (bytes) => bytes.subarray(0, bytes.length / 2))],
    ['breaks on the way', (vendor) => (vendor.bodyOf = (bytes) => Readable.from(brokenOff(bytes)))],
    ['is another one, with the same names in it', (vendor) => (vendor.pack = (entries) => [...entries, { path: 'another.txt', content: 'of somebody else' }])],
    [
      'tries to write elsewhere',
      (vendor) => {
        vendor.pack = (entries) => [...entries, { path: 'xx/evil.txt', content: 'evil' }];
        vendor.change = (bytes) => patch(bytes, 'xx/evil.txt', '../evil.txt');
      },
    ],
    ['is empty', (vendor) => (vendor.pack = () => [])],
    ['unpacks to far more than was asked for', (vendor) => (vendor.pack = (entries) => [...entries, { path: 'bomb', content: Buffer.alloc(40 * 1024 * 1024) }])],
  ])('fetches all of it file by file when the archive %s', async (_what, spoil) => {
    const files = manyFiles(25);
    const vendor = packingSource(files);
    spoil(vendor);
    const directory = await temporaryDirectory();
    const receipt = await pullBy(vendor, directory);
    expect(receipt.complete).toBe(true);
    expect(opens(vendor)).toHaveLength(25);
    expect(receipt.files.map(({ sha256: hash }) => hash)).toEqual(files.map(({ bytes }) => sha256(bytes)));
    expect(await filesBelow(directory)).toHaveLength(25);
    expect(await ownNames(directory)).toEqual([]);
  });

  it('asks a vendor whose archive failed for no other one', async () => {
    const vendor = packingSource(manyFiles(1500));
    vendor.onStart = () => throwError(new FileSourceError('vendor-failure', 'out of order', { status: 'permanent' }));
    const receipt = await pullBy(vendor, await temporaryDirectory());
    expect(receipt.totals.ok).toBe(1500);
    expect(vendor.requests.filter((request) => request.startsWith('archive'))).toHaveLength(1);
  });

  it('makes several archives of many files, one after another', async () => {
    const vendor = packingSource(manyFiles(1500));
    const receipt = await pullBy(vendor, await temporaryDirectory());
    expect(receipt.totals.ok).toBe(1500);
    expect(vendor.asked.map((ids) => ids.length)).toEqual([1000, 500]);
    expect(opens(vendor)).toEqual([]);
    const steps = vendor.requests.filter((request) => /^(archive|download)/.test(request));
    expect(steps).toEqual(['archive 1000', 'download', 'archive 500', 'download']);
  });

  it('keeps what has its place when it is broken off, and the next one fetches the rest only', async () => {
    const files = manyFiles(200);
    const vendor = packingSource(files);
    const directory = await temporaryDirectory();
    const stop = new AbortController();
    let done = 0;
    const onEvent = (event: TransferEvent): void => {
      if (event.type === 'file-done' && (done += 1) === 50) stop.abort();
    };
    await expect(pullBy(vendor, directory, { signal: stop.signal, onEvent })).rejects.toMatchObject({ kind: 'aborted' });
    const before = (await filesBelow(directory)).filter((name) => !name.startsWith('.')).length;
    expect(before).toBeGreaterThanOrEqual(50);
    expect(before).toBeLessThan(200);
    expect(await ownNames(directory)).toEqual(['.filesource-journal']);
    const receipt = await pullBy(vendor, directory);
    expect(receipt.complete).toBe(true);
    expect(vendor.asked[1]).toHaveLength(200 - before);
    expect(opens(vendor)).toEqual([]);
    expect(receipt.files.map(({ sha256: hash }) => hash)).toEqual(files.map(({ bytes }) => sha256(bytes)));
  });

  it('that is broken off while the vendor packs or sends leaves nothing, and tells the vendor to stop packing', async () => {
    for (const moment of ['packing', 'sending'] as const) {
      const stop = new AbortController();
      const vendor = packingSource(manyFiles(30), { packMs: moment === 'packing' ? 60_000 : 0 });
      if (moment === 'sending') {
        vendor.bodyOf = (bytes) =>
          new Readable({
            read() {
              this.push(bytes.subarray(0, 100));
              stop.abort();
            },
          });
      }
      const directory = await temporaryDirectory();
      const onEvent = (event: TransferEvent): void => {
        if (moment === 'packing' && event.type === 'operation-progress') stop.abort();
      };
      await expect(pullBy(vendor, directory, { signal: stop.signal, onEvent })).rejects.toMatchObject({ kind: 'aborted' });
      expect(vendor.requests.includes('cancel')).toBe(moment === 'packing');
      expect(await readdir(directory)).toEqual([]);
    }
  });

  it('tells the same events of each file as one file by file', async () => {
    const eventsOf = async (by: 'files' | 'archive'): Promise<unknown> => {
      const events: TransferEvent[] = [];
      await pullBy(packingSource(manyFiles(30)), await temporaryDirectory(), { by, onEvent: (event) => events.push(event) });
      const perFile = events.filter((event) => event.type === 'file-started' || event.type === 'file-done');
      const last = events.findLast((event) => event.type === 'progress');
      return { perFile: perFile.map((event) => JSON.stringify(event)).sort(), last, planned: events.filter(({ type }) => type === 'planned'), end: events.at(-1) };
    };
    expect(await eventsOf('archive')).toEqual(await eventsOf('files'));
  });

  it('replaces no file and follows no link that stands in the way of a folder', async () => {
    const vendor = packingSource(manyFiles(25));
    const [directory, elsewhere] = [await temporaryDirectory(), await temporaryDirectory()];
    await mkdir(join(directory, 'documents'));
    await symlink(elsewhere, join(directory, 'documents', '1'));
    const receipt = await pullBy(vendor, directory);
    expect(receipt.totals.ok).toBe(0);
    expect(receipt.files[0]?.error?.kind).toBe('target-failed');
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it('fetches one file alone, and a source without archives, file by file', async () => {
    const vendor = packingSource([file('1', 'a.txt')]);
    expect((await pullBy(vendor, await temporaryDirectory())).complete).toBe(true);
    expect(vendor.asked).toEqual([]);
  });
});

describe('a pull that chooses', () => {
  it('leaves a vendor that answers at once to single downloads', async () => {
    const vendor = packingSource(manyFiles(300));
    // No time goes by while this machine is busy.
    const clock: Clock = { ...realClock, now: () => 0 };
    expect((await pullBy(vendor, await temporaryDirectory(), { by: 'auto', clock })).complete).toBe(true);
    expect(vendor.asked).toEqual([]);
  });

  it('asks once more before an archive is chosen where only one answer was measured', async () => {
    const latencyMs = 400;
    let nowMs = 0;
    const clock: Clock = { ...realClock, now: () => nowMs, sleep: async (ms, signal) => (ms === latencyMs ? void (nowMs += ms) : realClock.sleep(ms, signal)) };
    const vendor = packingSource(manyFiles(100), { clock, latencyMs });
    const receipt = await pull({ sources: sourcesOf(vendor.source), refs: ['documents:1'], directory: await temporaryDirectory(), clock, hashing: nodeHashing });
    expect(receipt.totals.ok).toBe(100);
    expect(vendor.requests.slice(0, 3)).toEqual(['list 1', 'stat 1', 'archive 100']);
    expect(opens(vendor)).toEqual([]);
  });

  it('refuses a way that is none', async () => {
    await expect(pullBy(packingSource([]), await temporaryDirectory(), { by: 'mail' as never })).rejects.toMatchObject({ kind: 'invalid-argument' });
  });
});

function throwError(error: FileSourceError): never {
  throw error;
}

function* brokenOff(bytes: Buffer): Generator<Buffer> {
  yield bytes.subarray(0, 50);
  throw new FileSourceError('network', 'the connection broke', { status: 'persistent' });
}
