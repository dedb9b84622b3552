import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createPolledOperation, FileSourceError, type Archive } from '@filesource/core';
import { createVirtualClock, nodeHashing, realClock, settle } from '@filesource/testkit';
import { fetchArchive } from '../src/index.ts';
import { archivingSource, item, temporaryDirectory, untilSleeping, zipOf } from './helpers.ts';

async function failureOf(promise: Promise<unknown>): Promise<FileSourceError> {
  const error: unknown = await promise.then(() => undefined, (thrown: unknown) => thrown);
  if (FileSourceError.is(error)) return error;
  throw error ?? new Error('it did not fail');
}

describe('an archive that was started before', () => {
  const bytesOfOne = (): Promise<Buffer> => zipOf([{ path: 'a.txt', content: 'hello' }]);

  test('is fetched and proven as one that is started here', async () => {
    const { source, asked } = archivingSource({ bytes: await bytesOfOne(), items: [item('1', 'a.txt', 'hello')] });
    const operation = await source.archive(['1']);
    const directory = await temporaryDirectory();
    const options = { source, clock: realClock, hashing: nodeHashing };
    const attached = await fetchArchive({ ...options, operation: async () => operation, to: { file: join(directory, 'a.zip') } });
    const direct = await fetchArchive({ ...options, refs: ['1'], to: { file: join(directory, 'b.zip') } });
    expect({ ...attached, file: '', started: '', finished: '' }).toEqual({ ...direct, file: '', started: '', finished: '' });
    expect(asked).toHaveLength(2);
  });

  test.each(['abort', 'timeout'])('is left alone at an %s', async (how) => {
    const clock = createVirtualClock();
    const stop = new AbortController();
    let cancelled = 0;
    const { source } = archivingSource({
      bytes: Buffer.alloc(0),
      items: [],
      operation: () => createPolledOperation<Archive>({ clock, cancel: async () => void (cancelled += 1), poll: async () => ({ status: 'running', percent: 1 }) }),
    });
    const operation = await source.archive(['1']);
    const to = { file: join(await temporaryDirectory(), 'x.zip') };
    const failing = failureOf(fetchArchive({ source, operation: async () => operation, to, clock, hashing: nodeHashing, signal: stop.signal, timeoutMs: 60_000 }));
    // The target is prepared on a real disk, which takes as long as it takes.
    await untilSleeping(clock);
    if (how === 'timeout') await clock.advance(61_000);
    else stop.abort();
    expect((await failing).kind).toBe(how === 'abort' ? 'aborted' : 'timeout');
    await settle();
    expect([cancelled, operation.progress.status, clock.sleeping]).toEqual([0, 'running', 0]);
  });

  test('is not asked for when the target cannot be written, since its end may be told only once', async () => {
    const { source } = archivingSource({ bytes: Buffer.alloc(0), items: [] });
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'x.zip'));
    let asked = 0;
    const operation = (): Promise<never> => {
      asked += 1;
      throw new Error('it was asked for');
    };
    const failing = fetchArchive({ source, operation, to: { file: join(directory, 'x.zip') }, clock: realClock, hashing: nodeHashing });
    expect([(await failureOf(failing)).kind, asked]).toEqual(['target-failed', 0]);
  });
});
