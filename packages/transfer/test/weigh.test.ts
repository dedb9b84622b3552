import { describe, expect, it } from '@jest/globals';
import { native, type Clock, type FileSource, type Limits } from '@filesource/core';
import { createMemoryAdapter, nodeHashing, realClock } from '@filesource/testkit';
import fc from 'fast-check';
import { pull } from '../src/index.ts';
import { Bundler, type Bundle } from '../src/pull/bundler.ts';
import { archiveWay, FileLoad } from '../src/pull/cost.ts';
import { ListingTimes } from '../src/pull/listing-times.ts';
import type { PlannedFile } from '../src/pull/plan.ts';
import { couldWin, weigh } from '../src/pull/weigh.ts';
import { filesBelow, sourceOver, sourcesOf, temporaryDirectory, textOf } from './helpers.ts';
import { packingSource } from './packing-source.ts';

function vendor(limits: Partial<Limits> = {}): FileSource {
  const base = { maxPageSize: 100, maxContentBytes: null, linkLifetimeMs: null, maxConcurrency: 8, maxArchives: 1, requestsPerOpen: 2 };
  return sourceOver(createMemoryAdapter({ folders: [], capabilities: { archive: native, limits: { ...base, ...limits } } }), 'documents');
}

function planned(source: FileSource, count: number, size: number | null = 1000): PlannedFile[] {
  return Array.from({ length: count }, (_, index) => {
    const ref = `documents:1/${index}`;
    const entry = { kind: 'file' as const, folder: '1', id: String(index), name: `${index}.txt`, size, mediaType: null, modified: null, validator: null, ref };
    return { source, entry, path: `documents/1/${index}.txt`, row: { ref, name: entry.name, path: null, size, sha256: null, status: 'planned' as const } };
  });
}

const at = (ms: number, concurrency = 8) => ({ latency: { ms, calls: 3 }, concurrency });

describe('weighing one archive against single downloads', () => {
  it('takes the archive for many small files far away, and never for few, near or large ones', () => {
    const source = vendor();
    const choose = (count: number, ms: number, size?: number): string => weigh(source, planned(source, count, size), 'auto', at(ms)).by;
    expect(choose(300, 150)).toBe('archive');
    expect(choose(300, 5)).toBe('files');
    expect(choose(19, 2000)).toBe('files');
    expect(choose(20, 2000)).toBe('archive');
    expect(choose(100, 150, 1024 * 1024)).toBe('files');
  });

  it('takes the archive too where it is about as fast with a tenth of the calls', () => {
    const source = vendor({ requestsPerOpen: 1 });
    const choose = (count: number, ms: number): string => weigh(source, planned(source, count), 'auto', at(ms)).by;
    expect([choose(300, 120), choose(300, 100), choose(300, 80)]).toEqual(['archive', 'archive', 'files']);
    const few = weigh(source, planned(source, 36), 'auto', at(900));
    expect(few.archive!.timeMs / few.files.timeMs).toBeLessThan(1.2);
    expect(few.by).toBe('files');
  });

  it('says so, with both ways', () => {
    const source = vendor();
    const { by, why, files, archive } = weigh(source, planned(source, 300), 'auto', at(150));
    expect({ by, why }).toEqual({ by: 'archive', why: expect.stringMatching(/^one archive takes 0\.\d\d of the time, with \d+ in place of 600 calls$/) });
    expect(files.calls).toEqual({ open: 600, start: 0, poll: 0, download: 0 });
    expect(archive?.calls).toMatchObject({ open: 0, start: 1, download: 1 });
  });

  it('does as asked for, but for one file alone', () => {
    const source = vendor();
    expect(weigh(source, planned(source, 300), 'files', at(5000)).by).toBe('files');
    expect(weigh(source, planned(source, 2), 'archive', at(1)).by).toBe('archive');
    expect(weigh(source, planned(source, 1), 'archive', at(1)).by).toBe('files');
  });

  it('hopes for an archive exactly where a full one would be chosen', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 32 }), (ms, concurrency) => {
        const source = vendor();
        const full = weigh(source, planned(source, 1000, 0), 'auto', at(ms, concurrency));
        expect(couldWin(source, at(ms, concurrency))).toBe(full.by === 'archive');
      }),
      { numRuns: 40 },
    );
  });

  it('counts what the config bounds', () => {
    const load = (limits: Partial<Limits>): FileLoad => {
      const made = new FileLoad(vendor(limits), 8);
      for (let index = 0; index < 100; index += 1) made.add(1_000_000);
      return made;
    };
    expect(load({}).way(at(0)).timeMs).toBe(8000);
    expect(load({ maxBytesPerSecond: 1_000_000 }).way(at(0)).timeMs).toBe(100_000);
    expect(load({ maxRequestsPerSecond: 10 }).way(at(0)).timeMs).toBe(20_000);
    expect(load({ maxConcurrency: 1 }).way(at(100)).timeMs).toBe(20_000);
    expect(archiveWay(load({}), at(0), vendor({ maxBytesPerSecond: 1_000_000 }).capabilities.limits).timeMs).toBeGreaterThan(100_000);
  });

  it('packs shared requests as bounded in files and bytes, and large files into none', () => {
    const load = new FileLoad(vendor({ openBatch: 50, openBatchBytes: 1000, openBatchFileBytes: 600, requestsPerOpen: 1 }), 8);
    for (let index = 0; index < 60; index += 1) load.add(0);
    for (const size of [600, 600, 400]) load.add(size);
    load.add(601);
    load.add(null);
    expect(load.way(at(1)).calls.open).toBe(3 + 2);
    expect({ files: load.files, bytes: load.bytes, unknownSizes: load.unknownSizes }).toEqual({ files: 65, bytes: 2201, unknownSizes: 1 });
  });

  it('packs files that are worth spreading into as many requests as may be on their way at once', () => {
    const limits = { openBatch: 50, openBatchBytes: 4000, openBatchSpreadBytes: 2000, requestsPerOpen: 1, maxConcurrency: 200 };
    const wayOf = (size: number, files = 1000) => {
      const load = new FileLoad(vendor(limits), 8);
      for (let index = 0; index < files; index += 1) load.add(size);
      const { calls, timeMs } = load.way(at(100));
      return { open: calls.open, rounds: timeMs / 100 };
    };
    expect(wayOf(4)).toEqual({ open: 20, rounds: 10 });
    expect(wayOf(100)).toEqual({ open: 40, rounds: 10 });
    expect(wayOf(250)).toEqual({ open: 63, rounds: 16 });
    expect(wayOf(0, 0)).toEqual({ open: 0, rounds: 0 });
  });
});

describe('the latency of a vendor', () => {
  it('is that of its fastest answer, half of the first one where there is no other, and assumed where there is none', async () => {
    let nowMs = 0;
    const clock: Clock = { ...realClock, now: () => nowMs };
    const times = new ListingTimes(clock);
    const source = vendor();
    const answerAfter = (ms: number): Promise<void> =>
      times.measure(source, async () => {
        nowMs += ms;
      });
    expect(times.latencyOf(source)).toEqual({ ms: 100, calls: 0 });
    await answerAfter(300);
    expect(times.latencyOf(source)).toEqual({ ms: 150, calls: 1 });
    await answerAfter(80);
    await answerAfter(500);
    await answerAfter(-1000);
    expect(times.latencyOf(source)).toEqual({ ms: 80, calls: 3 });
    expect(times.calls).toBe(4);
  });
});

describe('files that are put aside for an archive', () => {
  const gather = (by: 'auto' | 'archive') => {
    const singly: string[] = [];
    const bundles: Bundle[] = [];
    const bundler = new Bundler({
      by,
      concurrency: 8,
      times: new ListingTimes(realClock),
      signal: new AbortController().signal,
      isStarted: ({ entry }) => entry.id === '7',
      onFile: async (_file, why) => void singly.push(why),
      onBundle: (bundle) => void bundles.push(bundle),
    });
    return { singly, bundles, bundler };
  };

  it('are never more than one archive holds, in files and in bytes', async () => {
    const source = vendor();
    for (const [size, most] of [[100, 1000], [1024 * 1024, 256]] as const) {
      const { bundler, bundles, singly } = gather('archive');
      let held = 0;
      for (const file of planned(source, 3001, size)) {
        await bundler.add(file);
        held = Math.max(held, 1 + Number(file.entry.id) - singly.length - bundles.reduce((sum, { files }) => sum + files.length, 0));
      }
      await bundler.end();
      expect(held).toBeLessThanOrEqual(most);
      expect(Math.max(...bundles.map(({ files }) => files.length))).toBe(most);
      expect(bundles.reduce((sum, { files }) => sum + files.length, 0)).toBe(3000);
      expect(singly).toEqual(['an earlier run has it, or a part of it']);
    }
  });

  it('are none that are large, of unknown size or of a vendor without archives, unless that is asked for', async () => {
    const { bundler, singly } = gather('auto');
    const [large, unknown] = [...planned(vendor(), 1, 2_000_000), ...planned(vendor(), 1, null)];
    const [plain] = planned(sourceOver(createMemoryAdapter({ folders: [] })), 1);
    for (const file of [large, unknown, plain]) if (file !== undefined) await bundler.add(file);
    expect(singly).toEqual(['larger than 1 MiB, where an archive wins nothing', 'its size is not known', 'the vendor makes no archives']);
  });
});

describe('the two ways', () => {
  it('have equal rows and files, whatever the names and contents', async () => {
    const name = fc.oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.constantFrom('a.txt', 'A.TXT', 'a (1).txt', 'con', '..', 'ä.pdf', 'a\u0308.pdf', 'x/y'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, fc.uint8Array({ maxLength: 40 })), { minLength: 1, maxLength: 25 }), async (given) => {
        const folders = { 1: given.map(([text, bytes], index) => ({ id: String(index), name: text.replace(/\p{Cc}/gu, '_'), bytes: Buffer.from(bytes) })) };
        const [one, two] = [await temporaryDirectory(), await temporaryDirectory()];
        const fetch = (directory: string, by: 'files' | 'archive') =>
          pull({ sources: sourcesOf(packingSource([], { folders }).source), refs: ['documents:1'], directory, clock: realClock, hashing: nodeHashing, by });
        const [singly, packed] = [await fetch(one, 'files'), await fetch(two, 'archive')];
        expect(packed.files).toEqual(singly.files);
        const names = await filesBelow(one);
        expect(await filesBelow(two)).toEqual(names);
        for (const path of names) expect(await textOf(two, path)).toBe(await textOf(one, path));
      }),
      { numRuns: 25 },
    );
  });
});
