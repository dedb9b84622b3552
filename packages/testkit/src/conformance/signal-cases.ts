import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { CapabilityName, FileSource } from '@filesource/core';
import type { ConformanceArea, ConformanceCase } from './conformance-case.ts';
import { bytesOf, collect, readWhole, refOf, sameBytes, within } from './reading.ts';
import type { Stage } from './stage.ts';

interface Call {
  readonly name: string;
  readonly capability: CapabilityName;
  run(source: FileSource, stage: Stage, signal: AbortSignal): Promise<unknown>;
}

const calls: readonly Call[] = [
  { name: 'list', capability: 'list', run: (source, { world }, signal) => collect(source.list(world.documents.id, { signal })) },
  { name: 'list by page', capability: 'list', run: (source, { world }, signal) => collect(source.list(world.documents.id).byPage({ signal })) },
  { name: 'stat', capability: 'stat', run: (source, stage, signal) => source.stat(refOf(stage.sizeable), { signal }) },
  { name: 'open', capability: 'open', run: (source, stage, signal) => readWhole(source, refOf(stage.sizeable), { signal }) },
  { name: 'link', capability: 'linkFile', run: (source, stage, signal) => source.link(refOf(stage.sizeable), { signal }) },
  { name: 'archive', capability: 'archive', run: async (source, stage, signal) => readArchiveUnder(source, stage, signal) },
];

async function readArchiveUnder(source: FileSource, stage: Stage, signal: AbortSignal): Promise<Buffer> {
  const operation = await source.archive([refOf(stage.sizeable)], { signal });
  const content = await (await operation.result({ signal })).open({ signal });
  return bytesOf(content.body);
}

const promptMs = 5000;

function casesOf({ name, capability, run }: Call): ConformanceCase[] {
  const when = { [capability]: 'supported' } as const;
  return [
    {
      title: `that has fired before ends ${name} as aborted`,
      when,
      run: async (stage) => {
        await stage.fails('aborted', () => within(promptMs, name, run(stage.source, stage, AbortSignal.abort())));
      },
    },
    {
      title: `that has fired before lets ${name} send nothing`,
      when,
      needs: ['requestCount'],
      run: async (stage) => {
        const before = stage.control('requestCount')();
        await stage.fails('aborted', () => run(stage.source, stage, AbortSignal.abort()));
        assert.equal(stage.control('requestCount')(), before);
      },
    },
    {
      title: `that fires right after ${name} has begun ends it as aborted`,
      when,
      run: async (stage) => {
        const stop = new AbortController();
        await stage.fails('aborted', () => {
          const running = run(stage.source, stage, stop.signal);
          stop.abort();
          return within(promptMs, name, running);
        });
      },
    },
    {
      title: `that fires while the vendor does not answer ends ${name} as aborted, at once`,
      when,
      needs: ['hangCalls'],
      run: async (stage) => {
        stage.control('hangCalls')({});
        const stop = new AbortController();
        setTimeout(() => stop.abort(), 100);
        await stage.fails('aborted', () => within(promptMs, name, run(stage.source, stage, stop.signal)));
      },
    },
    {
      title: `that fires with a reason of the caller's own ends ${name} as aborted all the same`,
      when,
      run: async (stage) => {
        await stage.fails('aborted', () => within(promptMs, name, run(stage.source, stage, AbortSignal.abort(new Error('the user has gone')))));
      },
    },
    {
      title: `that fires after ${name} has ended changes nothing`,
      when,
      run: async (stage) => {
        const stop = new AbortController();
        await run(stage.source, stage, stop.signal);
        stop.abort();
        await run(stage.source, stage, new AbortController().signal);
      },
    },
    {
      title: `that lives on has no listener left of ten calls of ${name}`,
      when,
      run: async (stage) => {
        const { signal } = new AbortController();
        for (let time = 0; time < 10; time += 1) await run(stage.source, stage, signal);
        const left = getEventListeners(signal, 'abort').length;
        assert(left <= 1, `${left} listeners are left`);
      },
    },
  ];
}

export const signalCases: ConformanceArea = {
  area: 'a signal',
  cases: [
    ...calls.flatMap(casesOf),
    {
      title: 'that is a time-out ends a call as timeout',
      when: { stat: 'supported' },
      needs: ['hangCalls'],
      run: async (stage) => {
        stage.control('hangCalls')({});
        await stage.fails('timeout', () => within(promptMs, 'stat', stage.source.stat(refOf(stage.sizeable), { signal: AbortSignal.timeout(100) })));
      },
    },
    {
      title: 'that ends one call leaves the next one alone',
      when: { open: 'supported' },
      run: async (stage) => {
        await stage.fails('aborted', () => stage.source.open(refOf(stage.sizeable), { signal: AbortSignal.abort() }));
        sameBytes(await readWhole(stage.source, refOf(stage.sizeable)), stage.sizeable.bytes, stage.sizeable.name);
      },
    },
  ],
};
