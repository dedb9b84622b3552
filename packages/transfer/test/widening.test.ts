import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { FileSourceError, type ByteRange, type Content, type FileSource } from '@filesource/core';
import { createVirtualClock } from '@filesource/testkit';
import fc from 'fast-check';
import type { PartFile } from '../src/local/part-file.ts';
import { receiveInRanges } from '../src/ranges/receive-in-ranges.ts';
import { SparePlaces } from '../src/ranges/spare-places.ts';
import type { WideningSettings } from '../src/ranges/widening.ts';
import { memorySource } from './helpers.ts';

const KiB = 1024;
const file = Buffer.from(Array.from({ length: 512 * KiB }, (_, index) => (index * 31 + (index >> 8)) % 251));
const settings: WideningSettings = { leastBytes: 100 * KiB, lookMs: 300, leadMs: 200, fastBytesPerSecond: 1024 * KiB, leastLeftMs: 500, rangeBytes: 16 * KiB, mostRanges: 3, leastGain: 1.25 };

const { source: memory } = memorySource([{ id: '1', files: [] }]);
const native: FileSource = { ...memory, capabilities: { ...memory.capabilities, openRange: { support: 'native' } } };

interface Vendor {
  /** Of a chunk of 4 KiB that the first body brings, and one that a range does; together, since ranges come at once. */
  readonly bodyMs: number;
  readonly rangeMs: number;
  readonly chunkBytes?: number;
  /** What is answered to the range at that offset, in place of what is right. */
  readonly answer?: (range: Required<ByteRange>, right: Content, signal: AbortSignal) => Content | Promise<Content>;
  /** Time goes on although nothing comes. */
  readonly passes?: boolean;
  readonly concurrency?: number;
  readonly changed?: Partial<WideningSettings>;
}

interface Run {
  readonly bytes: Buffer;
  readonly error: unknown;
  readonly ranges: readonly Required<ByteRange>[];
  readonly mostAtOnce: number;
  readonly bodyBytes: number;
  /** Bodies that nobody closed, and places that nobody gave back. */
  readonly left: { readonly bodies: number; readonly places: boolean };
}

/** Receives the file as a pull does, from a vendor whose time is told by its bytes. */
async function run(vendor: Vendor, signal = new AbortController().signal, onBytes: (total: number) => void = () => undefined): Promise<Run> {
  const clock = createVirtualClock();
  const { concurrency = 8, chunkBytes = 4 * KiB, answer = (_range, right) => right } = vendor;
  const bodies = new Set<Readable>();
  let [nowMs, atOnce, mostAtOnce, bodyBytes] = [0, 0, 0, 0];
  const contentOf = (start: number, end: number, ms: number, onChunk: (bytes: number) => void = () => undefined): Content => {
    async function* chunks(): AsyncGenerator<Buffer, void, undefined> {
      for (let at = start; at < end; at += chunkBytes) {
        await nextTurn();
        nowMs += ms;
        const chunk = file.subarray(at, Math.min(end, at + chunkBytes));
        onChunk(chunk.length);
        yield chunk;
      }
    }
    const body = Readable.from(chunks(), { objectMode: false });
    bodies.add(body);
    body.once('close', () => bodies.delete(body));
    return { body, offset: start, size: end - start, totalSize: file.length, mediaType: null, name: null, validator: 'v1' };
  };
  const ranges: Required<ByteRange>[] = [];
  const open = async (given: ByteRange, signalOfRange: AbortSignal): Promise<Content> => {
    const range = { offset: given.offset, length: given.length ?? file.length - given.offset };
    ranges.push(range);
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    await nextTurn();
    const right = contentOf(range.offset, range.offset + range.length, vendor.rangeMs);
    const content = await Promise.resolve(answer(range, right, signalOfRange)).catch((error: unknown) => {
      right.body.destroy();
      throw error;
    });
    content.body.once('close', () => (atOnce -= 1));
    return content;
  };
  const places = new SparePlaces(concurrency);
  // The place of the file itself.
  const leave = places.takeSpare();
  const taken: Buffer[] = [];
  let bytes = 0;
  const take = (chunk: Buffer): undefined => {
    taken.push(Buffer.from(chunk));
    bytes += chunk.length;
    return undefined;
  };
  const part = { take, get bytes() { return bytes; } } as unknown as PartFile;
  const content = contentOf(0, file.length, vendor.bodyMs, (more) => (bodyBytes += more));
  let error: unknown;
  const over = new AbortController();
  const pass = async (): Promise<void> => {
    for (let turns = 0; !over.signal.aborted; turns += 1) {
      await nextTurn();
      if (turns % 50 === 0) await clock.advance(1000);
    }
  };
  const passing = vendor.passes === true ? pass() : undefined;
  try {
    const inRanges = { source: native, open, places, clock: { ...clock, now: () => nowMs }, settings: { ...settings, ...vendor.changed } };
    await receiveInRanges(content, part, { signal, onBytes: () => onBytes(bytes) }, inRanges);
  } catch (thrown) {
    error = thrown;
  } finally {
    over.abort();
  }
  await passing;
  leave?.();
  for (let turns = 0; turns < 300; turns += 1) await nextTurn();
  let free = 0;
  while (places.takeSpare() !== undefined) free += 1;
  return { bytes: Buffer.concat(taken), error, ranges, mostAtOnce, bodyBytes, left: { bodies: bodies.size, places: free !== concurrency } };
}

const nothingLeft = { bodies: 0, places: false };

function expectWhole({ bytes, error, left }: Run): void {
  expect(error).toBeUndefined();
  expect(bytes.equals(file)).toBe(true);
  expect(left).toEqual(nothingLeft);
}

/** What was asked for in one after several ranges. */
function rests({ ranges }: Run): Required<ByteRange>[] {
  return ranges.filter(({ length }) => length > settings.rangeBytes);
}

describe('a large file of which one connection brings little', () => {
  it('comes in several ranges, in their order, each byte once', async () => {
    const done = await run({ bodyMs: 100, rangeMs: 30 });
    expectWhole(done);
    expect(done.mostAtOnce).toBe(settings.mostRanges);
    const [first] = done.ranges;
    expect(done.ranges.map(({ offset }) => offset)).toEqual(done.ranges.map((_range, index) => (first?.offset ?? 0) + index * settings.rangeBytes));
    const last = done.ranges.at(-1);
    expect((last?.offset ?? 0) + (last?.length ?? 0)).toBe(file.length);
    // No more than a stream reads ahead.
    expect(done.bodyBytes - (first?.offset ?? 0)).toBeLessThan(32 * KiB);
  });

  it('comes by that connection where all places are taken', async () => {
    const done = await run({ bodyMs: 100, rangeMs: 30, concurrency: 1 });
    expectWhole(done);
    expect(done.ranges).toEqual([]);
  });

  it('takes no more places than are free', async () => {
    const done = await run({ bodyMs: 100, rangeMs: 30, concurrency: 2 });
    expectWhole(done);
    expect(done.mostAtOnce).toBe(2);
  });

  it('comes by that connection where it is fast, or nearly done', async () => {
    for (const vendor of [{ bodyMs: 3 }, { bodyMs: 100, changed: { leastLeftMs: 20_000 } }]) {
      const done = await run({ rangeMs: 30, ...vendor });
      expectWhole(done);
      expect(done.ranges).toEqual([]);
    }
  });

  it('comes in one after all where several bring no more', async () => {
    const done = await run({ bodyMs: 100, rangeMs: 100 });
    expectWhole(done);
    const last = done.ranges.at(-1);
    expect(last?.length).toBeGreaterThan(settings.rangeBytes);
    expect((last?.offset ?? 0) + (last?.length ?? 0)).toBe(file.length);
  });
});

it.each(['rate-limited', 'vendor-failure', 'conflict'] as const)('the rest of a large file comes in one where several ranges are not to be had (%s)', async (kind) => {
  let ranges = 0;
  const answer = (range: ByteRange, right: Content): Content | Promise<Content> => ((ranges += 1) > 4 && range.length === settings.rangeBytes ? Promise.reject(new FileSourceError(kind, 'too many')) : right);
  const done = await run({ bodyMs: 100, rangeMs: 30, answer });
  expectWhole(done);
  // It is slow as well, so that a first range is asked for once more.
  expect(rests(done)).toEqual([done.ranges.at(-2)]);
});

it('the rest of a large file comes in several ranges again where a fault among them has passed', async () => {
  let ranges = 0;
  const answer = (range: ByteRange, right: Content): Content | Promise<Content> => ((ranges += 1) === 4 && range.length === settings.rangeBytes ? Promise.reject(new FileSourceError('network', 'reset')) : right);
  const done = await run({ bodyMs: 100, rangeMs: 30, answer });
  expectWhole(done);
  expect(rests(done)).toHaveLength(1);
  expect(done.ranges.indexOf(rests(done)[0] as Required<ByteRange>)).toBeLessThan(done.ranges.length - 5);
});

it('the rest of a large file comes in one for good where several ranges fail again before they have brought much', async () => {
  let inRow = 0;
  const answer = ({ length }: Required<ByteRange>, right: Content): Content | Promise<Content> => {
    inRow = length > settings.rangeBytes ? 0 : inRow + 1;
    return inRow === 3 ? Promise.reject(new FileSourceError('network', 'reset')) : right;
  };
  const done = await run({ bodyMs: 100, rangeMs: 30, answer });
  expectWhole(done);
  expect(rests(done)).toHaveLength(2);
  expect(done.ranges.at(-1)).toBe(rests(done)[1]);
});

it('a range that is shorter than it says is not taken', async () => {
  const answer = (range: ByteRange, right: Content): Content => {
    if (range.offset < 200 * KiB || range.length !== settings.rangeBytes) return right;
    right.body.destroy();
    return { ...right, body: Readable.from([Buffer.alloc(1)]) };
  };
  expectWhole(await run({ bodyMs: 100, rangeMs: 30, answer }));
});

it('the rest of a large file comes in one where a range takes far too long', async () => {
  const hanging = new Promise<Content>(() => undefined);
  const answer = (range: ByteRange, right: Content): Content | Promise<Content> => {
    if (range.offset < 200 * KiB || range.length !== settings.rangeBytes) return right;
    right.body.destroy();
    return hanging;
  };
  const done = await run({ bodyMs: 100, rangeMs: 30, answer, passes: true });
  expect(done.error).toBeUndefined();
  expect(done.bytes.equals(file)).toBe(true);
  expect(rests(done)).toHaveLength(1);
});

it('a first range is given up once the body has come to it, with its place', async () => {
  let gaveUpAt = Number.POSITIVE_INFINITY;
  let at = 0;
  const answer = (_range: ByteRange, right: Content, signal: AbortSignal): Promise<Content> =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        gaveUpAt = at;
        reject(new FileSourceError('aborted', 'given up'));
      });
      right.body.on('close', () => undefined);
    });
  const done = await run({ bodyMs: 100, rangeMs: 30, answer }, undefined, (bytes) => (at = bytes));
  expectWhole(done);
  expect(gaveUpAt).toBeLessThan(file.length / 2);
});

describe('the body that is on its way goes on to its end', () => {
  it.each<[string, Vendor['answer']]>([
    ['where the vendor sends what stands before a range', (_range, right) => ({ ...right, skippedBytes: 5 })],
    ['where the file was changed', (_range, right) => ({ ...right, validator: 'v2' })],
    ['where the vendor tells another size', (_range, right) => ({ ...right, totalSize: file.length + 1 })],
    ['where the range is another one', (_range, right) => ({ ...right, size: 3 })],
    ['where a range cannot be had', () => Promise.reject(new FileSourceError('vendor-failure', 'no'))],
  ])('%s', async (_when, answer) => {
    const done = await run({ bodyMs: 100, rangeMs: 30, ...(answer === undefined ? {} : { answer }) });
    expectWhole(done);
    expect(done.ranges).toHaveLength(1);
    expect(done.bodyBytes).toBe(file.length);
  });

  it('where the range is answered at once, and its bytes come too late', async () => {
    const silent = (_range: ByteRange, right: Content, signal: AbortSignal): Content => {
      right.body.destroy();
      async function* late(): AsyncGenerator<Buffer, void, undefined> {
        for (let turns = 0; turns < 200; turns += 1) await nextTurn();
        yield file.subarray(right.offset, right.offset + settings.rangeBytes);
      }
      return { ...right, body: Readable.from(late(), { objectMode: false, signal }) };
    };
    const done = await run({ bodyMs: 100, rangeMs: 30, answer: silent });
    expectWhole(done);
    expect(done.ranges).toHaveLength(1);
    expect(done.bodyBytes).toBe(file.length);
  });

  it('where the range comes too late', async () => {
    const late = async (_range: ByteRange, right: Content): Promise<Content> => {
      for (let turns = 0; turns < 200; turns += 1) await nextTurn();
      return right;
    };
    const done = await run({ bodyMs: 100, rangeMs: 30, answer: late });
    expectWhole(done);
    expect(done.bodyBytes).toBe(file.length);
  });
});

describe('what fails later, by one connection too, fails the file with what came before it', () => {
  const late = 100 * KiB;

  it.each<[string, Vendor['answer'], string]>([
    ['a range of a file that was changed meanwhile', (range, right) => (range.offset > late ? { ...right, validator: 'v2' } : right), 'conflict'],
    ['a range that cannot be had', (range, right) => (range.offset > late ? Promise.reject(new FileSourceError('timeout', 'no')) : right), 'timeout'],
  ])('%s', async (_what, answer, kind) => {
    const done = await run({ bodyMs: 100, rangeMs: 30, ...(answer === undefined ? {} : { answer }) });
    expect(done.error).toMatchObject({ kind });
    expect(done.bytes.length).toBeGreaterThan(0);
    expect(done.bytes.equals(file.subarray(0, done.bytes.length))).toBe(true);
    expect(done.left.places).toBe(false);
  });

  it.each([20, 60, 150])('an abort after %i KiB', async (kib) => {
    const stop = new AbortController();
    const done = await run({ bodyMs: 100, rangeMs: 30 }, stop.signal, (bytes) => bytes >= kib * KiB && stop.abort());
    expect(done.error).toMatchObject({ kind: 'aborted' });
    expect(done.bytes.equals(file.subarray(0, done.bytes.length))).toBe(true);
    expect(done.left).toEqual(nothingLeft);
  });
});

it('whatever the pieces, the sizes and the places, a file comes whole', async () => {
  const times = fc.integer({ min: 1, max: 200 });
  const changed = fc.record({ rangeBytes: fc.integer({ min: 4 * KiB, max: 70 * KiB }), mostRanges: fc.integer({ min: 1, max: 6 }), lookMs: fc.integer({ min: 0, max: 1000 }), leastLeftMs: fc.integer({ min: 0, max: 1000 }) });
  const vendor = fc.record({ bodyMs: times, rangeMs: times, chunkBytes: fc.integer({ min: 1000, max: 40 * KiB }), concurrency: fc.integer({ min: 1, max: 6 }), changed });
  await fc.assert(fc.asyncProperty(vendor, async (given) => expectWhole(await run(given))), { numRuns: 60 });
});
