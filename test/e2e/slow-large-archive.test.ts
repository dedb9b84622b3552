import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpRequest, HttpResponse } from '@filesource/core';
import { demoIds } from '@filesource/sandbox';
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

  it('comes in ranges and is unpacked', async () => {
    await hasPacked(await fetched({ directory: world.target }));
    await world.expectOnlyLarge();
  });

  it.each<[string, (request: HttpRequest) => Promise<HttpResponse>]>([
    ['break off', async (request) => cut(await send(request), new Error('reset'))],
    ['are not there', async (request) => emptyAnswer(request, 404)],
    ['are of an archive that was made since', async (request) => changed(await send(request), { 'content-range': `bytes 0-${4 * MiB - 1}/${size + 1}` })],
    ['are the whole archive', (request) => send(without(request))],
  ])('comes whole although some of its ranges %s', async (_what, answer) => {
    world.hurt = answer;
    await hasPacked(await fetched({ directory: world.target }));
    await world.expectOnlyLarge();
  });

  it.each<[string, (request: HttpRequest) => Promise<HttpResponse>]>([
    ['is refused from then on', async (request) => emptyAnswer(request, 403)],
    ['leads to another archive from then on', async (request) => changed(await send(request), { 'content-range': `bytes 0-${4 * MiB - 1}/${size + 1}` })],
  ])('comes whole by the connection that it had first where its link %s', async (_what, answer) => {
    world.hurtsAll = true;
    world.hurt = answer;
    await hasPacked(await fetched({ directory: world.target }));
    await world.expectOnlyLarge();
  });

  it('comes whole although a later archive of the same user takes its place', async () => {
    const { id } = world.onlyOffice.store.addFolder(demoIds.my, { title: 'small' });
    world.onlyOffice.store.addFile(id, { title: 'small.txt', content: Buffer.from('small') });
    let later: Promise<unknown> | undefined;
    world.onRange = () => {
      if (world.ranges.length === 5) later = world.sourceOf('a portal').archive([`documents:${id}`]).then((operation) => operation.result());
    };
    await hasPacked(await fetched({ directory: world.target }));
    await later;
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
