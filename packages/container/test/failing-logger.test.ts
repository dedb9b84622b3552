import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { commonFields, defineAdapter, defineProvider, FileSourceError, native, overlay, type Logger } from '@filesource/core';
import { createMemoryAdapter } from '@filesource/testkit';
import { Container } from 'inversify';
import { z } from 'zod';
import { createFileSources, fileSourcesModule, loadConfig, systemPorts, tokens } from '../src/index.ts';

const bytes = Buffer.from('hello world');

/** Files whose first body breaks in the middle, which is logged from within a stream. */
const breaking = defineAdapter({
  name: 'breaking',
  providers: {
    breaking: defineProvider({
      title: 'Files that break',
      configSchema: z.strictObject(commonFields),
      account: () => 'one',
      create: () => {
        const memory = createMemoryAdapter({ folders: [{ id: '1', files: [{ id: '2', name: 'a.txt', bytes }] }], capabilities: { openRange: native } });
        return overlay(memory, {
          open: async (_file, { range }) => {
            const offset = range?.offset ?? 0;
            const part = range === undefined ? halfOf(bytes) : Readable.from([bytes.subarray(offset)]);
            return { body: part, offset, size: bytes.length - offset, totalSize: bytes.length, mediaType: null, name: null, validator: null };
          },
        });
      },
    }),
  },
});

function halfOf(all: Buffer): Readable {
  return Readable.from(
    (async function* () {
      yield all.subarray(0, 5);
      await delay(1);
      throw new FileSourceError('network', 'the connection broke');
    })(),
  );
}

const failing: readonly (readonly [string, Logger])[] = [
  ['throws', { log: () => { throw new Error('the disk of the log is full'); } }],
  ['throws when it is asked for its level', { isEnabled: () => { throw new Error('no level'); }, log: () => undefined }],
  ['is asynchronous and rejects', { log: async () => Promise.reject(new Error('the collector is down')) } as unknown as Logger],
];

describe('a logger of a host that fails', () => {
  const unheard: unknown[] = [];
  const onUnheard = (error: unknown): void => void unheard.push(error);
  beforeEach(() => void process.on('unhandledRejection', onUnheard));
  afterEach(() => void process.off('unhandledRejection', onUnheard));

  it.each(failing)('fails no call, no body and not the process: one that %s', async (_how, logger) => {
    unheard.length = 0;
    const config = { sources: { files: { provider: 'breaking' } } };
    const container = new Container();
    container.bind(tokens.logger).toConstantValue(logger);
    container.load(fileSourcesModule(await loadConfig({ config, adapters: [breaking] })));
    for (const sources of [await createFileSources({ config, adapters: [breaking], logger }), container.get(tokens.fileSources)]) {
      const source = sources.get('files');
      expect(await source.stat('1/2')).toMatchObject({ name: 'a.txt' });
      await expect(source.stat('1/9')).rejects.toMatchObject({ kind: 'not-found' });
      const { body } = await source.open('1/2');
      expect(Buffer.concat(await body.toArray() as Buffer[]).toString()).toBe('hello world');
      await sources.close();
    }
    systemPorts({ logger }).logger.log('error', 'some.event');
    await delay(1);
    expect(unheard).toEqual([]);
  });
});
