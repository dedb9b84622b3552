import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemPorts } from '@filesource/container';
import type { HttpRequest, HttpResponse } from '@filesource/core';
import { explainPull, pull, saveFile, type PullOptions, type Receipt } from '@filesource/transfer';
import { changed, cut, emptyAnswer, heldAt, MiB, send, size, SlowWorld, without } from './slow-world.ts';

const world = new SlowWorld();

beforeAll(() => world.start());
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

function pulled(ref: string, options: Pick<PullOptions, 'signal' | 'by'> = {}): Promise<Receipt> {
  return pull({ sources: world.sources, refs: [ref], directory: world.target, ...world.ports(), ...options });
}

async function expectComplete(receipt: Receipt): Promise<void> {
  expect(receipt.complete).toBe(true);
  await world.expectOnlyLarge();
  expect(JSON.stringify(receipt)).toContain(world.sha256);
}

describe.each(['a portal', 'an appointment'])('a large file of %s, which sends it slowly,', (of) => {
  it('comes in ranges', async () => {
    await expectComplete(await pulled(world.refOf(of)));
    world.expectEachByteOnce();
  });

  it('comes in ranges too where it is fetched by itself', async () => {
    const source = world.sourceOf(of);
    const { value: entry } = await source.list(world.refOf(of))[Symbol.asyncIterator]().next();
    const seen: number[] = [];
    const row = await saveFile({ source, ref: String(entry?.ref), file: join(world.target, 'large.bin'), onProgress: (bytes) => seen.push(bytes), ...world.ports() });
    expect(row).toMatchObject({ sha256: world.sha256, size, status: 'ok' });
    await world.expectOnlyLarge();
    world.expectEachByteOnce();
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(size);
  });

  it('is carried on where it was broken off among them', async () => {
    const stop = new AbortController();
    world.onRange = () => world.ranges.length === 6 && stop.abort();
    await expect(pulled(world.refOf(of), { signal: stop.signal })).rejects.toMatchObject({ kind: 'aborted' });
    world.ranges = [];
    await expectComplete(await pulled(world.refOf(of)));
    expect(world.firstAsked).toBeGreaterThan(heldAt);
  });

  it('is carried on where its sources were closed among them', async () => {
    let closed: Promise<void> | undefined;
    world.onRange = () => {
      if (world.ranges.length === 6) closed = world.sources.close();
    };
    expect((await pulled(world.refOf(of))).complete).toBe(false);
    await closed;
    await world.open();
    world.ranges = [];
    await expectComplete(await pulled(world.refOf(of)));
    expect(world.firstAsked).toBeGreaterThan(heldAt);
  });
});

it.each([
  ['a file of a portal', 'a portal', 'files'],
  ['a file of an appointment', 'an appointment', 'files'],
  ['an archive that a pull chooses', 'a portal', 'archive'],
] as const)('%s that comes in ranges takes no more calls than an estimate tells', async (_what, of, by) => {
  const made = (): number => world.onOffice.requests.length + world.onlyOffice.requests.length;
  const { clock, hashing } = systemPorts();
  const { estimate } = await explainPull({ sources: world.sources, refs: [world.refOf(of)], directory: world.target, by, clock, hashing });
  const before = made();
  await expectComplete(await pulled(world.refOf(of), { by }));
  const more = made() - before - estimate.listing.calls - estimate.calls;
  const [, most = ''] = /that one connection brings slowly goes on in ranges, at most (\d+) calls more/.exec(estimate.groups[0]?.fallbacks.join('\n') ?? '') ?? [];
  expect(more).toBeGreaterThan(5);
  expect(more).toBeLessThanOrEqual(Number(most));
});

describe.each(['a portal', 'an appointment'])('a large file of %s comes whole, although some of its ranges', (of) => {
  it.each<[string, (request: HttpRequest) => Promise<HttpResponse>]>([
    ['break off', async (request) => cut(await send(request), new Error('reset'))],
    ['end early', async (request) => cut(await send(request))],
    ['are refused for a while', async (request) => emptyAnswer(request, 503)],
    ['are not there', async (request) => emptyAnswer(request, 404)],
    ['do not fit the file', async (request) => emptyAnswer(request, 416)],
    ['are said to be of a larger file', async (request) => changed(await send(request), { 'content-range': `bytes 0-${4 * MiB - 1}/${size + 1}` })],
    ['are said to be others', async (request) => changed(await send(request), { 'content-range': `bytes 0-${4 * MiB - 1}/${size}` })],
    ['are the whole file', (request) => send(without(request))],
  ])('%s', async (_what, answer) => {
    world.hurt = answer;
    await expectComplete(await pulled(world.refOf(of)));
    expect(world.ranges.length).toBeGreaterThan(4);
  });
});

describe.each(['a portal', 'an appointment'])('a large file of %s of which no more ranges are given', (of) => {
  const refusals: readonly [string, (request: HttpRequest) => Promise<HttpResponse>][] = [
    ['with 403', async (request) => emptyAnswer(request, 403)],
    ['with 404', async (request) => emptyAnswer(request, 404)],
    ['with 416', async (request) => emptyAnswer(request, 416)],
    ['in answers that are of a larger file', async (request) => changed(await send(request), { 'content-range': `bytes 0-${4 * MiB - 1}/${size + 1}` })],
    ['in answers that are of another version', async (request) => changed(await send(request), { etag: '"another"', 'last-modified': 'Fri, 01 May 2026 12:00:00 GMT' })],
  ];
  beforeEach(() => {
    world.hurtsAll = true;
  });

  it.each(refusals)('comes whole (%s)', async (_how, answer) => {
    world.hurt = answer;
    await expectComplete(await pulled(world.refOf(of)));
    expect(world.ranges.length).toBeGreaterThan(3);
  });

  it.each(refusals)('comes whole where it is fetched by itself (%s)', async (_how, answer) => {
    world.hurt = answer;
    const source = world.sourceOf(of);
    const { value: entry } = await source.list(world.refOf(of))[Symbol.asyncIterator]().next();
    const seen: number[] = [];
    expect(await saveFile({ source, ref: String(entry?.ref), file: join(world.target, 'large.bin'), onProgress: (bytes) => seen.push(bytes), ...world.ports() })).toMatchObject({ sha256: world.sha256, size });
    await world.expectOnlyLarge();
    expect(world.ranges.length).toBeGreaterThan(3);
    expect(seen.at(-1)).toBe(size);
  });

  it.each(refusals)('comes whole after it was broken off (%s)', async (_how, answer) => {
    const stop = new AbortController();
    world.onRange = () => world.ranges.length === 3 && stop.abort();
    await expect(pulled(world.refOf(of), { signal: stop.signal })).rejects.toMatchObject({ kind: 'aborted' });
    world.onRange = () => undefined;
    world.hurt = answer;
    await expectComplete(await pulled(world.refOf(of)));
    expect(world.ranges.length).toBeGreaterThan(3);
  });
});

it.each(['a portal', 'an appointment'])('a part of a large file of %s is kept where the whole is refused as the rest of it is', async (of) => {
  const stop = new AbortController();
  world.onRange = () => world.ranges.length === 6 && stop.abort();
  await expect(pulled(world.refOf(of), { signal: stop.signal })).rejects.toMatchObject({ kind: 'aborted' });
  world.refusesFile = true;
  expect((await pulled(world.refOf(of))).complete).toBe(false);
  world.refusesFile = false;
  world.ranges = [];
  await expectComplete(await pulled(world.refOf(of)));
  expect(world.firstAsked).toBeGreaterThan(heldAt);
});

it('of a vendor that sends the whole file for a range, the body that is on its way goes on', async () => {
  world.onOffice.quirks.linkRanges = false;
  await expectComplete(await pulled(world.refOf('an appointment')));
  expect(world.ranges).toHaveLength(1);
});
