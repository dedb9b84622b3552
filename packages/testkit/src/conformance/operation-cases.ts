import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { Operation, Progress } from '@filesource/core';
import { beginArchive } from './archive-cases.ts';
import type { ConformanceArea } from './conformance-case.ts';
import { readArchive } from './read-archive.ts';
import { collect, within } from './reading.ts';

const patienceMs = 30_000;

function checkProgress({ status, percent, processed, elapsedMs }: Progress): void {
  assert(['running', 'succeeded', 'failed', 'cancelled'].includes(status), status);
  assert(percent === null || (percent >= 0 && percent <= 100), `${percent} %`);
  assert(processed === null || processed >= 0, `${processed} entries`);
  assert(elapsedMs >= 0, `${elapsedMs} ms`);
}

function neverGoesBack(seen: readonly Progress[]): void {
  for (const [index, progress] of seen.entries()) {
    checkProgress(progress);
    assert((progress.percent ?? 100) >= (seen[index - 1]?.percent ?? 0), `the progress goes back: ${seen.map(({ percent }) => percent).join(', ')}`);
  }
}

async function watched<T>(operation: Operation<T>): Promise<Progress[]> {
  return within(patienceMs, 'the operation', collect(operation.watch()));
}

export const operationCases: ConformanceArea = {
  area: 'an operation',
  when: { archive: 'supported' },
  cases: [
    {
      title: 'is no promise, so that it can be handed on',
      run: async (stage) => {
        assert(!('then' in (await beginArchive(stage))));
      },
    },
    {
      title: 'gives the same result as often as it is asked',
      run: async (stage) => {
        const operation = await beginArchive(stage);
        const [one, two] = await within(patienceMs, 'the operation', Promise.all([operation.result(), operation.result()]));
        assert.deepEqual(one.items, two.items);
        assert.deepEqual((await operation.result()).items, one.items);
      },
    },
    {
      title: 'shows its progress until it has succeeded, and never goes back',
      run: async (stage) => {
        const seen = await watched(await beginArchive(stage));
        neverGoesBack(seen);
        assert.equal(seen.at(-1)?.status, 'succeeded');
        assert.equal(seen.at(-1)?.percent, 100);
      },
    },
    {
      title: 'has its progress at hand at any time',
      run: async (stage) => {
        const operation = await beginArchive(stage);
        checkProgress(operation.progress);
        await operation.result();
        assert.equal(operation.progress.status, 'succeeded');
      },
    },
    {
      title: 'shows the same end to each of several watchers',
      run: async (stage) => {
        const operation = await beginArchive(stage);
        const all = await Promise.all([watched(operation), watched(operation), watched(operation)]);
        for (const seen of all) assert.equal(seen.at(-1)?.status, 'succeeded');
      },
    },
    {
      title: 'shows a watcher that comes too late how it ended',
      run: async (stage) => {
        const operation = await beginArchive(stage);
        await operation.result();
        assert.deepEqual((await watched(operation)).map(({ status }) => status), ['succeeded']);
      },
    },
    {
      title: 'goes on when a watcher leaves',
      run: async (stage) => {
        const operation = await beginArchive(stage);
        for await (const progress of operation.watch()) if (progress.status !== 'failed') break;
        const { items } = await within(patienceMs, 'the operation', operation.result());
        assert.equal(items.length, stage.world.documents.files.length);
      },
    },
    {
      title: 'can be cancelled after its end, and then nothing happens',
      run: async (stage) => {
        const operation = await beginArchive(stage);
        const archive = await operation.result();
        await operation.cancel();
        assert.equal((await readArchive(await archive.open())).files.length, stage.world.documents.files.length);
      },
    },
    {
      title: 'that takes its time shows that it is running first',
      when: { archive: 'native' },
      needs: ['slowArchives'],
      run: async (stage) => {
        stage.control('slowArchives')();
        const seen = await watched(await beginArchive(stage));
        neverGoesBack(seen);
        assert.equal(seen[0]?.status, 'running');
        assert.equal(seen.at(-1)?.status, 'succeeded');
      },
    },
    {
      title: 'that takes its time goes on when one waiter is aborted',
      when: { archive: 'native' },
      needs: ['slowArchives'],
      run: async (stage) => {
        stage.control('slowArchives')();
        const operation = await beginArchive(stage);
        const stop = new AbortController();
        const other = operation.result();
        const aborted = stage.fails('aborted', () => operation.result({ signal: stop.signal }));
        setTimeout(() => stop.abort(), 50);
        await within(patienceMs, 'the aborted waiter', aborted);
        assert.equal((await within(patienceMs, 'the other waiter', other)).items.length, stage.world.documents.files.length);
      },
    },
    {
      title: 'that takes its time tells a waiter whose time is up what was seen, and goes on',
      when: { archive: 'native' },
      needs: ['slowArchives'],
      run: async (stage) => {
        stage.control('slowArchives')();
        const operation = await beginArchive(stage);
        const error = await stage.fails('timeout', () => operation.result({ timeoutMs: 50 }));
        assert(error.advice !== undefined);
        await within(patienceMs, 'the operation', operation.result());
      },
    },
    {
      title: 'that takes its time can be waited for again after nobody did',
      when: { archive: 'native' },
      needs: ['slowArchives'],
      run: async (stage) => {
        stage.control('slowArchives')();
        const operation = await beginArchive(stage);
        await stage.fails('timeout', () => operation.result({ timeoutMs: 50 }));
        await wait(1000);
        const archive = await within(patienceMs, 'the operation', operation.result());
        assert.equal((await readArchive(await archive.open())).files.length, stage.world.documents.files.length);
      },
    },
    {
      title: 'that is cancelled ends for all who wait as aborted',
      when: { archive: 'native', archiveCancel: 'supported' },
      needs: ['slowArchives'],
      run: async (stage) => {
        stage.control('slowArchives')();
        const operation = await beginArchive(stage);
        const waiters = [stage.fails('aborted', () => operation.result()), stage.fails('aborted', () => watched(operation))];
        await wait(50);
        await operation.cancel();
        await within(patienceMs, 'the waiters', Promise.all(waiters));
        assert.equal(operation.progress.status, 'cancelled');
        await operation.cancel();
      },
    },
    {
      title: 'that was cancelled makes way for another',
      when: { archive: 'native', archiveCancel: 'supported' },
      needs: ['slowArchives'],
      run: async (stage) => {
        stage.control('slowArchives')();
        const cancelled = await beginArchive(stage);
        await cancelled.cancel();
        await stage.harness.calm?.();
        const archive = await within(patienceMs, 'the next operation', (await beginArchive(stage)).result());
        assert.equal((await readArchive(await archive.open())).files.length, stage.world.documents.files.length);
      },
    },
  ],
};
