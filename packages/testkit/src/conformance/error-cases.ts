import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { isNativeError } from 'node:util/types';
import { FileSourceError, type CapabilityName, type FileSource } from '@filesource/core';
import type { ConformanceArea, ConformanceCase } from './conformance-case.ts';
import { collect, readWhole, refOf, sameBytes } from './reading.ts';
import type { Stage } from './stage.ts';

const calls: readonly { readonly name: string; readonly capability: CapabilityName; run(source: FileSource, stage: Stage): Promise<unknown> }[] = [
  { name: 'list', capability: 'list', run: (source, { world }) => collect(source.list(world.documents.id)) },
  { name: 'stat', capability: 'stat', run: (source, stage) => source.stat(refOf(stage.sizeable)) },
  { name: 'open', capability: 'open', run: (source, stage) => readWhole(source, refOf(stage.sizeable)) },
  { name: 'link', capability: 'linkFile', run: (source, stage) => source.link(refOf(stage.sizeable)) },
  { name: 'archive', capability: 'archive', run: async (source, stage) => (await source.archive([refOf(stage.sizeable)])).result() },
];

const wrongCredentials: readonly ConformanceCase[] = calls.map(({ name, capability, run }) => ({
  title: `of ${name} is unauthenticated when the vendor refuses the credentials`,
  when: { [capability]: 'supported' },
  needs: ['createSourceWithWrongCredentials'],
  run: async (stage) => {
    const source = await stage.sourceWithWrongCredentials();
    const error = await stage.fails('unauthenticated', () => run(source, stage), { operation: name });
    assert.notEqual(error.status, 'temporary');
    assert(error.advice !== undefined, 'an error about credentials must say what to do');
  },
}));

export const errorCases: ConformanceArea = {
  area: 'an error',
  cases: [
    {
      title: 'names source, provider, operation and ref',
      when: { stat: 'supported' },
      run: async (stage) => {
        const error = await stage.fails('not-found', () => stage.source.stat(stage.world.missingFile));
        const { source, provider, operation, ref } = error;
        assert.deepEqual({ source, provider, operation, ref }, { source: stage.source.name, provider: stage.source.provider, operation: 'stat', ref: stage.ref(stage.world.missingFile) });
      },
    },
    {
      title: 'is JSON of known fields and no others',
      when: { stat: 'supported' },
      run: async (stage) => {
        const error = await stage.fails('not-found', () => stage.source.stat(stage.world.missingFile));
        const json = JSON.parse(JSON.stringify(error)) as Record<string, unknown>;
        const known = ['kind', 'status', 'message', 'advice', 'source', 'provider', 'operation', 'ref', 'vendorCode', 'httpStatus', 'retryAfterMs'];
        assert.deepEqual(Object.keys(json).filter((key) => !known.includes(key)), []);
        assert.equal(json['kind'], 'not-found');
      },
    },
    {
      title: 'is told in words and not in codes alone',
      when: { stat: 'supported' },
      run: async (stage) => {
        const error = await stage.fails('not-found', () => stage.source.stat(stage.world.missingFile));
        assert(/[a-z]{3,} [a-z]{2,}/i.test(error.message), error.message);
        assert(error.describe().includes(error.message));
      },
    },
    {
      title: 'carries no request and no answer in its causes',
      when: { stat: 'supported' },
      run: async (stage) => {
        const error = await stage.fails('not-found', () => stage.source.stat(stage.world.missingFile));
        for (let cause: unknown = error.cause; isNativeError(cause); cause = cause.cause) {
          for (const field of ['config', 'request', 'response', 'headers', 'socket']) assert(!(field in cause), `${field} in ${inspect(cause, { depth: 0 })}`);
        }
      },
    },
    {
      title: 'of a call leaves its source usable',
      when: { stat: 'supported', open: 'supported' },
      run: async (stage) => {
        for (let time = 0; time < 10; time += 1) await stage.fails('not-found', () => stage.source.open(stage.world.missingFile));
        sameBytes(await readWhole(stage.source, refOf(stage.sizeable)), stage.sizeable.bytes, stage.sizeable.name);
      },
    },
    {
      title: 'is permanent when asking again gives the same, and is not asked again',
      when: { stat: 'supported' },
      needs: ['requestCount'],
      run: async (stage) => {
        const requestsOf = async (source: FileSource): Promise<number> => {
          const before = stage.control('requestCount')();
          assert.equal((await stage.fails('not-found', () => source.stat(stage.world.missingFile))).status, 'permanent');
          return stage.control('requestCount')() - before;
        };
        const once = await requestsOf(await stage.anotherSource({ maxAttempts: 1 }));
        assert.equal(await requestsOf(await stage.anotherSource({ maxAttempts: 5 })), once, 'what is permanent was asked for more than once');
      },
    },
    ...wrongCredentials,
    {
      title: 'about credentials is not followed by attempts that lock the account',
      when: { list: 'supported' },
      needs: ['createSourceWithWrongCredentials', 'requestCount'],
      run: async (stage) => {
        const source = await stage.sourceWithWrongCredentials();
        const before = stage.control('requestCount')();
        await stage.fails('unauthenticated', () => collect(source.list(stage.world.documents.id)));
        const sent = stage.control('requestCount')() - before;
        assert(sent <= 3, `${sent} requests with credentials that were refused`);
      },
    },
    {
      title: 'about credentials of one source leaves another source alone',
      when: { list: 'supported' },
      needs: ['createSourceWithWrongCredentials'],
      run: async (stage) => {
        const source = await stage.sourceWithWrongCredentials();
        await stage.fails('unauthenticated', () => collect(source.list(stage.world.documents.id)));
        assert.equal((await collect(stage.source.list(stage.world.documents.id))).length, stage.world.documents.files.length);
      },
    },
    {
      title: 'is permission-denied for what is there and not for this account',
      needs: ['forbidden'],
      run: async (stage) => {
        const ref = stage.place('forbidden');
        // A vendor may not tell what is forbidden from what is not there; it must never be anything else.
        const kinds = ['permission-denied', 'not-found'] as const;
        if (ref.file === undefined) await stage.fails(kinds, () => collect(stage.source.list(ref)), { operation: 'list', ref });
        else await stage.fails(kinds, () => readWhole(stage.source, ref), { operation: 'open', ref });
      },
    },
    {
      title: 'is known by its brand, and not only by its class',
      when: { stat: 'supported' },
      run: async (stage) => {
        const error = await stage.fails('not-found', () => stage.source.stat(stage.world.missingFile));
        assert(FileSourceError.is(error, 'not-found') && !FileSourceError.is(error, 'timeout') && !FileSourceError.is(new Error('x')));
      },
    },
  ],
};
