import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import type { ConformanceArea } from './conformance-case.ts';
import { bodyError, bytesOf, eventually, firstChunk, readWhole, refOf, sameBytes } from './reading.ts';
import type { Stage } from './stage.ts';

async function allClosed(stage: Stage): Promise<void> {
  const open = stage.control('openConnections');
  await eventually(`${open()} connections are still open`, () => open() === 0);
}

export const streamCases: ConformanceArea = {
  area: 'a body',
  when: { open: 'supported' },
  needs: ['large'],
  cases: [
    {
      title: 'that is destroyed half-way closes the vendor\'s connection',
      needs: ['openConnections'],
      run: async (stage) => {
        const { body } = await stage.source.open(refOf(stage.place('large')));
        await firstChunk(body);
        body.destroy();
        await allClosed(stage);
      },
    },
    {
      title: 'whose reader breaks off its loop closes the vendor\'s connection',
      needs: ['openConnections'],
      run: async (stage) => {
        const { body } = await stage.source.open(refOf(stage.place('large')));
        for await (const chunk of body as AsyncIterable<Buffer>) if (chunk.length > 0) break;
        assert(body.destroyed);
        await allClosed(stage);
      },
    },
    {
      title: 'that is destroyed before its first byte closes the vendor\'s connection',
      needs: ['openConnections'],
      run: async (stage) => {
        const { body } = await stage.source.open(refOf(stage.place('large')));
        body.destroy();
        await allClosed(stage);
      },
    },
    {
      title: 'whose target fails closes the vendor\'s connection',
      needs: ['openConnections'],
      run: async (stage) => {
        const { body } = await stage.source.open(refOf(stage.place('large')));
        const full = new Writable({ write: (_chunk, _encoding, done) => done(new Error('the disk is full')) });
        await assert.rejects(pipeline(body, full), /the disk is full/);
        await allClosed(stage);
      },
    },
    {
      title: 'of a range that is destroyed half-way closes the vendor\'s connection',
      needs: ['openConnections'],
      when: { openRange: 'supported' },
      run: async (stage) => {
        const { body } = await stage.source.open(refOf(stage.place('large')), { range: { offset: 100_000 } });
        await firstChunk(body);
        body.destroy();
        await allClosed(stage);
      },
    },
    {
      title: 'that was read to its end leaves no connection in use',
      needs: ['openConnections'],
      run: async (stage) => {
        await readWhole(stage.source, refOf(stage.place('large')));
        await allClosed(stage);
      },
    },
    {
      title: 'of a hundred that are abandoned leaves nothing behind',
      needs: ['openConnections'],
      run: async (stage) => {
        for (let round = 0; round < 10; round += 1) {
          const contents = await Promise.all(Array.from({ length: 10 }, () => stage.source.open(refOf(stage.sizeable))));
          for (const { body } of contents) body.destroy();
        }
        await allClosed(stage);
        sameBytes(await readWhole(stage.source, refOf(stage.sizeable)), stage.sizeable.bytes, 'a file after that');
      },
    },
    {
      title: 'ends as aborted when the signal fires half-way',
      run: async (stage) => {
        const stop = new AbortController();
        const file = refOf(stage.place('large'));
        const content = await stage.source.open(file, { signal: stop.signal });
        await firstChunk(content.body);
        stop.abort();
        stage.checkError(await bodyError(content), ['aborted'], { operation: 'open', ref: file });
      },
    },
    {
      title: 'closes the vendor\'s connection when the signal fires half-way',
      needs: ['openConnections'],
      run: async (stage) => {
        const stop = new AbortController();
        const { body } = await stage.source.open(refOf(stage.place('large')), { signal: stop.signal });
        await firstChunk(body);
        const ended = finished(body, { writable: false });
        stop.abort();
        await assert.rejects(ended);
        await allClosed(stage);
      },
    },
    {
      title: 'that is whole is not harmed by a signal that fires afterwards',
      run: async (stage) => {
        const stop = new AbortController();
        const content = await stage.source.open(refOf(stage.sizeable), { signal: stop.signal });
        const bytes = await bytesOf(content.body);
        stop.abort();
        sameBytes(bytes, stage.sizeable.bytes, stage.sizeable.name);
      },
    },
    {
      title: 'that nobody reads lets its source be used for others',
      run: async (stage) => {
        const waiting = await Promise.all(Array.from({ length: 3 }, () => stage.source.open(refOf(stage.place('large')))));
        sameBytes(await readWhole(stage.source, refOf(stage.sizeable)), stage.sizeable.bytes, stage.sizeable.name);
        for (const { body } of waiting) body.destroy();
      },
    },
  ],
};
