import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpRequest, HttpResponse } from '@filesource/core';
import { fetchArchive, type Receipt } from '@filesource/transfer';
import { changed, cut, emptyAnswer, MiB, send, size, SlowWorld, without } from './slow-world.ts';

const world = new SlowWorld();

beforeAll(() => world.start());
beforeEach(() => world.begin());
afterEach(() => world.end());
afterAll(() => world.close());

describe('a large archive of a portal, which sends it slowly,', () => {
  const hasPacked = async (receipt: Receipt): Promise<void> => {
    expect(receipt).toMatchObject({ complete: true, files: [{ size, status: 'ok', sha256: world.sha256 }] });
    expect(world.ranges.length).toBeGreaterThan(5);
  };
  const fetched = async (to: Parameters<typeof fetchArchive>[0]['to'], signal?: AbortSignal): Promise<Receipt> => {
    return fetchArchive({ source: world.sourceOf('a portal'), refs: [world.refOf('a portal')], to, ...world.ports(), ...(signal === undefined ? {} : { signal }) });
  };

  it('comes in ranges into a file', async () => {
    await hasPacked(await fetched({ file: join(world.target, 'all.zip') }));
    world.expectEachByteOnce();
    expect(await readdir(world.target)).toEqual(['all.zip']);
  });

  it('comes in world.ranges and is unpacked', async () => {
    await hasPacked(await fetched({ directory: world.target }));
    await world.expectOnlyLarge();
  });

  it.each<[string, (request: HttpRequest) => Promise<HttpResponse>]>([
    ['break off', async (request) => cut(await send(request), new Error('reset'))],
    ['are not there', async (request) => emptyAnswer(request, 404)],
    ['are of an archive that was made since', async (request) => changed(await send(request), { 'content-range': `bytes 0-${4 * MiB - 1}/${size + 1}` })],
    ['are the whole archive', (request) => send(without(request))],
  ])('comes whole although some of its world.ranges %s', async (_what, answer) => {
    world.hurt = answer;
    await hasPacked(await fetched({ directory: world.target }));
    await world.expectOnlyLarge();
  });

  it('is not taken for complete where a range is of another archive of the same size', async () => {
    world.hurt = async (request) => {
      const response = await send(request);
      return { ...response, body: response.body.pipe(new Transform({ transform: (chunk: Buffer, _encoding, done) => done(null, chunk.map((byte) => byte ^ 1)) })) };
    };
    expect(await fetched({ directory: world.target })).toMatchObject({ complete: false, files: [{ status: 'failed', error: { kind: 'corrupt' } }] });
    expect(await readdir(world.target)).toEqual([]);
  });

  it('leaves nothing behind when it is given up among its ranges', async () => {
    const stop = new AbortController();
    world.onRange = () => world.ranges.length === 6 && stop.abort();
    await expect(fetched({ directory: world.target }, stop.signal)).rejects.toMatchObject({ kind: 'aborted' });
    expect(await readdir(world.target)).toEqual([]);
  });
});
