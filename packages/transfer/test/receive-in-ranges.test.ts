import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { FileSourceError, type Capabilities, type Clock, type Content, type FileSource, type Limits } from '@filesource/core';
import { createVirtualClock } from '@filesource/testkit';
import type { PartFile } from '../src/local/part-file.ts';
import { receiveInRanges } from '../src/ranges/receive-in-ranges.ts';
import { placesBesideBodies } from '../src/ranges/spare-places.ts';
import { usualSettings } from '../src/ranges/widening.ts';
import { memorySource } from './helpers.ts';

const MiB = 1024 * 1024;
const { leastBytes } = usualSettings;
const chunk = Buffer.alloc(MiB);
const whole = { size: leastBytes, totalSize: leastBytes, offset: 0, validator: 'v1', name: null, mediaType: null };
const { source: memory } = memorySource([{ id: '1', files: [] }]);
const native: Capabilities['openRange'] = { support: 'native' };

interface Vendor {
  readonly content?: Partial<Content>;
  readonly openRange?: Capabilities['openRange'];
  readonly limits?: Partial<Limits>;
  readonly hasChecksums?: boolean;
}

/** Receives a body of which a mebibyte comes in a second, from a vendor that refuses all ranges; how many were asked for. */
async function rangesAskedFor({ content = {}, openRange = native, limits = {}, hasChecksums }: Vendor): Promise<number> {
  let nowMs = 0;
  let asked = 0;
  let bytes = 0;
  const told = { ...whole, ...content };
  const { size } = told;
  async function* chunks(): AsyncGenerator<Buffer, void, undefined> {
    for (let at = 0; at < (size ?? 0); at += MiB) {
      await nextTurn();
      nowMs += 1000;
      yield chunk;
    }
  }
  const part = { take: ({ length }: Buffer) => void (bytes += length), get bytes() { return told.offset + bytes; } } as unknown as PartFile;
  const { capabilities } = memory;
  const source: FileSource = { ...memory, capabilities: { ...capabilities, openRange, limits: { ...capabilities.limits, ...limits } } };
  await receiveInRanges({ ...told, body: Readable.from(chunks(), { objectMode: false }) }, part, {}, {
    source,
    open: async () => {
      asked += 1;
      throw new FileSourceError('vendor-failure', 'no ranges today');
    },
    places: placesBesideBodies(source),
    clock: { ...createVirtualClock(), now: () => nowMs },
    ...(hasChecksums === undefined ? {} : { hasChecksums }),
  });
  expect(bytes).toBe(size);
  return asked;
}

test.each<[string, Vendor]>([
  ['a file', {}],
  ['what has no validator, but checksums', { content: { validator: null }, hasChecksums: true }],
  ['the rest of a file', { content: { offset: MiB, totalSize: leastBytes + MiB } }],
])('%s that comes slowly is asked for by range', async (_what, vendor) => {
  expect(await rangesAskedFor(vendor)).toBe(1);
});

test.each<[string, Vendor]>([
  ['what has neither validator nor checksums', { content: { validator: null } }],
  ['a smaller file', { content: { size: leastBytes - MiB, totalSize: leastBytes - MiB } }],
  ['a part of a file', { content: { totalSize: leastBytes + MiB } }],
  ['a file whose size nobody tells', { content: { totalSize: null } }],
  ['a file of a vendor that sends all that stands before a range', { content: { skippedBytes: MiB } }],
  ['a file of a vendor without ranges', { openRange: { support: 'emulated' } as Capabilities['openRange'] }],
  ['a file of a source whose bytes are bounded', { limits: { maxBytesPerSecond: MiB } }],
  ['a file of a source whose requests are bounded', { limits: { maxRequestsPerSecond: 1 } }],
])('%s comes by one connection, however slow it is', async (_what, vendor) => {
  expect(await rangesAskedFor(vendor)).toBe(0);
});

test('ranges that take longer than the longest silence are none, as long as their bytes come', async () => {
  // Time goes by turns: a quarter of a range comes every 40 ms, and nothing may be silent for 120.
  let nowMs = 0;
  const pass = async (ms: number): Promise<void> => {
    for (let turn = 0; turn < ms; turn += 1) await nextTurn();
  };
  const clock: Clock = { now: () => nowMs, sleep: pass };
  const total = 8 * MiB;
  const quarter = chunk.subarray(0, MiB / 4);
  const contentOf = (offset: number, size: number): Content => {
    async function* chunks(): AsyncGenerator<Buffer, void, undefined> {
      for (let at = 0; at < size; at += quarter.length) {
        await pass(40);
        nowMs += offset === 0 ? 1000 : 1;
        yield quarter;
      }
    }
    return { ...whole, offset, size, totalSize: total, body: Readable.from(chunks(), { objectMode: false }) };
  };
  let bytes = 0;
  const asked: number[] = [];
  const part = { take: ({ length }: Buffer) => void (bytes += length), get bytes() { return bytes; } } as unknown as PartFile;
  const source: FileSource = { ...memory, capabilities: { ...memory.capabilities, openRange: native } };
  await receiveInRanges(contentOf(0, total), part, { idle: { clock, timeoutMs: 120 } }, {
    source,
    clock: { ...createVirtualClock(), now: () => nowMs },
    places: placesBesideBodies(source),
    open: async ({ offset, length = 0 }) => {
      asked.push(offset);
      return contentOf(offset, length);
    },
    settings: { leastBytes: MiB, rangeBytes: MiB, mostRanges: 1, lookMs: 1000, leadMs: 1, leastLeftMs: 1000, leastGain: 0 },
  });
  expect(bytes).toBe(total);
  // Each once: none was given up.
  expect(asked).toEqual(asked.map((_offset, index) => (asked[0] ?? 0) + index * MiB));
  expect(asked.length).toBeGreaterThan(3);
});
