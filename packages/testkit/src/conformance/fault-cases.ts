import assert from 'node:assert/strict';
import type { ErrorKind, FileSourceError } from '@filesource/core';
import type { ConformanceArea } from './conformance-case.ts';
import { bodyError, bytesOf, collect, firstChunk, readWhole, refOf, sameBytes, sameEntries, within } from './reading.ts';
import type { Stage } from './stage.ts';

const patienceMs = 20_000;

/** What a body may end with when its vendor never delivers it whole. */
const brokenKinds: readonly ErrorKind[] = ['truncated', 'network', 'timeout', 'vendor-protocol', 'vendor-failure'];

async function neverShort(stage: Stage, settings: { readonly timeoutMs?: number }): Promise<FileSourceError> {
  const source = await stage.anotherSource({ maxAttempts: 2, ...settings });
  const error = await stage.fails(brokenKinds, () => within(patienceMs, 'the body', readWhole(source, refOf(stage.sizeable))), { operation: 'open', ref: refOf(stage.sizeable) });
  assert.notEqual(error.status, 'temporary', 'retries did not help, so the error is no longer temporary');
  return error;
}

export const bodyFaultCases: ConformanceArea = {
  area: 'a body of a vendor that misbehaves',
  when: { open: 'supported' },
  cases: [
    {
      title: 'that is cut once arrives whole',
      needs: ['cutBody'],
      run: async (stage) => {
        stage.control('cutBody')({ afterBytes: 50_000, times: 1 });
        sameBytes(await readWhole(stage.source, refOf(stage.sizeable)), stage.sizeable.bytes, stage.sizeable.name);
      },
    },
    {
      title: 'that is cut again and again arrives whole as long as bytes come',
      needs: ['cutBody'],
      run: async (stage) => {
        stage.control('cutBody')({ afterBytes: 100_000, times: 2 });
        sameBytes(await readWhole(stage.source, refOf(stage.sizeable)), stage.sizeable.bytes, stage.sizeable.name);
      },
    },
    {
      title: 'of a range that is cut arrives whole',
      needs: ['cutBody'],
      run: async (stage) => {
        stage.control('cutBody')({ afterBytes: 20_000, times: 1 });
        const bytes = await readWhole(stage.source, refOf(stage.sizeable), { range: { offset: 1000, length: 100_000 } });
        sameBytes(bytes, stage.sizeable.bytes.subarray(1000, 101_000), 'a range');
      },
    },
    {
      title: 'that is always cut before its first byte fails, and never just ends',
      needs: ['cutBody'],
      run: async (stage) => {
        stage.control('cutBody')({ afterBytes: 0 });
        await neverShort(stage, {});
      },
    },
    {
      title: 'that falls silent once arrives whole after the time-out',
      needs: ['stallBody'],
      run: async (stage) => {
        stage.control('stallBody')({ afterBytes: 50_000, times: 1 });
        const source = await stage.anotherSource({ timeoutMs: 300 });
        sameBytes(await within(patienceMs, 'the body', readWhole(source, refOf(stage.sizeable))), stage.sizeable.bytes, stage.sizeable.name);
      },
    },
    {
      title: 'that always falls silent fails in time, and never hangs',
      needs: ['stallBody'],
      run: async (stage) => {
        stage.control('stallBody')({ afterBytes: 0 });
        await neverShort(stage, { timeoutMs: 300 });
      },
    },
    {
      title: 'is right although the vendor sends the whole file for a range',
      needs: ['ignoreRange'],
      run: async (stage) => {
        stage.control('ignoreRange')();
        const file = stage.sizeable;
        for (const range of [{ offset: 0, length: 10 }, { offset: 70_000, length: 70_000 }, { offset: file.bytes.length - 1 }, { offset: 100_000 }]) {
          sameBytes(await readWhole(stage.source, refOf(file), { range }), file.bytes.subarray(range.offset, range.length === undefined ? undefined : range.offset + range.length), `from ${range.offset}`);
        }
      },
    },
    {
      title: 'is right although it was cut and the vendor sends the whole file again',
      needs: ['ignoreRange', 'cutBody'],
      run: async (stage) => {
        stage.control('ignoreRange')();
        stage.control('cutBody')({ afterBytes: 100_000, times: 1 });
        sameBytes(await readWhole(stage.source, refOf(stage.sizeable)), stage.sizeable.bytes, stage.sizeable.name);
      },
    },
    {
      title: 'is never an error page in place of the file',
      needs: ['errorPage'],
      run: async (stage) => {
        stage.control('errorPage')({});
        const source = await stage.anotherSource({ maxAttempts: 2 });
        await stage.fails(['vendor-protocol', 'link-expired', 'vendor-failure', 'truncated', 'unauthenticated'], () => within(patienceMs, 'the body', readWhole(source, refOf(stage.sizeable))), { operation: 'open' });
      },
    },
    {
      title: 'goes on when the links to it expire half-way',
      needs: ['expireLinks', 'cutBody'],
      run: async (stage) => {
        stage.control('cutBody')({ afterBytes: 100_000, times: 1 });
        const { body } = await stage.source.open(refOf(stage.sizeable));
        stage.control('expireLinks')();
        sameBytes(await bytesOf(body), stage.sizeable.bytes, stage.sizeable.name);
      },
    },
    {
      title: 'that was replaced half-way fails as conflict and is never a mixture',
      needs: ['plantFolder', 'replaceFile', 'cutBody'],
      run: async (stage) => {
        const [file] = (await stage.control('plantFolder')([{ name: 'Bericht.bin', bytes: Buffer.alloc(400_000, 'alt ') }])).files;
        assert(file !== undefined);
        stage.control('cutBody')({ afterBytes: 100_000, times: 1 });
        const content = await stage.source.open(refOf(file));
        await firstChunk(content.body);
        await stage.control('replaceFile')(refOf(file), Buffer.alloc(400_007, 'neu '));
        let bytes;
        try {
          bytes = await bytesOf(content.body);
        } catch (error) {
          stage.checkError(error, ['conflict', 'corrupt', 'truncated'], { operation: 'open', ref: refOf(file) });
          return;
        }
        assert(!bytes.includes('neu '), 'the body is a mixture of two files');
      },
    },
    {
      title: 'that fails says so once, as an error of the contract',
      needs: ['cutBody'],
      run: async (stage) => {
        stage.control('cutBody')({ afterBytes: 0 });
        const source = await stage.anotherSource({ maxAttempts: 1 });
        let content;
        try {
          content = await source.open(refOf(stage.sizeable));
        } catch (error) {
          stage.checkError(error, brokenKinds);
          return;
        }
        stage.checkError(await bodyError(content), brokenKinds);
      },
    },
  ],
};

export const callFaultCases: ConformanceArea = {
  area: 'a call of a vendor that misbehaves',
  when: { list: 'supported' },
  cases: [
    {
      title: 'that was one too many is made again when the vendor says so',
      needs: ['rateLimit'],
      run: async (stage) => {
        stage.control('rateLimit')({ times: 1, retryAfterMs: 1000 });
        const startedMs = performance.now();
        sameEntries(await collect(stage.source.list(stage.world.documents.id)), stage.world.documents);
        const tookMs = performance.now() - startedMs;
        assert(tookMs >= 900, `the vendor asked for 1000 ms, and was asked again after ${Math.round(tookMs)}`);
      },
    },
    {
      title: 'that is always one too many fails as rate-limited, persistent, with the vendor\'s wish',
      needs: ['rateLimit'],
      run: async (stage) => {
        stage.control('rateLimit')({ retryAfterMs: 3_600_000 });
        const error = await stage.fails('rate-limited', () => within(patienceMs, 'the listing', collect(stage.source.list(stage.world.documents.id))));
        assert.equal(error.status, 'persistent');
        assert(error.retryAfterMs !== undefined && error.retryAfterMs > 3_500_000, `${error.retryAfterMs} ms`);
      },
    },
    {
      title: 'is made again when the vendor has a problem of its own',
      needs: ['failCalls'],
      run: async (stage) => {
        stage.control('failCalls')({ times: 2 });
        sameEntries(await collect(stage.source.list(stage.world.documents.id)), stage.world.documents);
      },
    },
    {
      title: 'fails as vendor-failure, persistent, when the vendor\'s problem stays',
      needs: ['failCalls'],
      run: async (stage) => {
        stage.control('failCalls')({});
        const source = await stage.anotherSource({ maxAttempts: 2 });
        const error = await stage.fails('vendor-failure', () => within(patienceMs, 'the listing', collect(source.list(stage.world.documents.id))), { operation: 'list' });
        assert.equal(error.status, 'persistent');
      },
    },
    {
      title: 'is made again when the connection breaks',
      needs: ['dropCalls'],
      run: async (stage) => {
        stage.control('dropCalls')({ times: 2 });
        sameEntries(await collect(stage.source.list(stage.world.documents.id)), stage.world.documents);
      },
    },
    {
      title: 'fails as network, persistent, when every connection breaks',
      needs: ['dropCalls'],
      run: async (stage) => {
        stage.control('dropCalls')({});
        const source = await stage.anotherSource({ maxAttempts: 2 });
        const error = await stage.fails('network', () => within(patienceMs, 'the listing', collect(source.list(stage.world.documents.id))), { operation: 'list' });
        assert.equal(error.status, 'persistent');
      },
    },
    {
      title: 'fails as timeout, in time, when no answer comes',
      needs: ['hangCalls'],
      run: async (stage) => {
        stage.control('hangCalls')({});
        const source = await stage.anotherSource({ maxAttempts: 2, timeoutMs: 200 });
        const error = await stage.fails('timeout', () => within(patienceMs, 'the listing', collect(source.list(stage.world.documents.id))), { operation: 'list' });
        assert.equal(error.status, 'persistent');
      },
    },
    {
      title: 'fails as vendor-protocol when the answer is none, and does not quote it',
      needs: ['garbleAnswers'],
      run: async (stage) => {
        stage.control('garbleAnswers')({});
        const source = await stage.anotherSource({ maxAttempts: 2 });
        await stage.fails(['vendor-protocol', 'vendor-failure'], () => within(patienceMs, 'the listing', collect(source.list(stage.world.documents.id))), { operation: 'list' });
      },
    },
    {
      title: 'is made again when the answer was garbled once',
      needs: ['garbleAnswers'],
      run: async (stage) => {
        stage.control('garbleAnswers')({ times: 1 });
        sameEntries(await collect(stage.source.list(stage.world.documents.id)), stage.world.documents);
      },
    },
  ],
};
