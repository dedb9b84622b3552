import assert from 'node:assert/strict';
import { capabilityNames, type CapabilityName, type FileSource } from '@filesource/core';
import type { ConformanceArea, ConformanceCase } from './conformance-case.ts';
import { expectationOf } from './harness.ts';
import { collect, readWhole, refOf } from './reading.ts';
import type { Stage } from './stage.ts';

/** A call that each capability stands for; what says `unsupported` must refuse it. */
const calls: Readonly<Record<CapabilityName, (source: FileSource, stage: Stage) => Promise<unknown>>> = {
  list: (source, { world }) => collect(source.list(world.documents.id)),
  stat: (source, { sizeable }) => source.stat(refOf(sizeable)),
  open: (source, { sizeable }) => source.open(refOf(sizeable)),
  openRange: (source, { sizeable }) => source.open(refOf(sizeable), { range: { offset: 1 } }),
  linkFile: (source, { sizeable }) => source.link(refOf(sizeable)),
  linkFolder: (source, { world }) => source.link(world.documents.id),
  archive: (source, { world }) => source.archive([world.documents.id]),
  archiveConvert: (source, { sizeable }) => source.archive([refOf(sizeable)], { convert: { [sizeable.id]: '.pdf' } }),
  archiveCancel: async () => undefined,
  archiveAttach: (source) => source.attach('fsop_none'),
};

const refusable = capabilityNames.filter((name) => name !== 'archiveCancel');

const refusals: readonly ConformanceCase[] = refusable.map((name) => ({
  title: `refuse ${name} by name where it is unsupported`,
  when: { [name]: 'unsupported' },
  run: async (stage) => {
    const error = await stage.fails('unsupported', () => calls[name](stage.source, stage));
    assert.equal(error.status, 'permanent');
  },
}));

const silentRefusals: readonly ConformanceCase[] = refusable.map((name) => ({
  title: `send nothing for ${name} where it is unsupported`,
  when: { [name]: 'unsupported' },
  needs: ['requestCount'],
  run: async (stage) => {
    const before = stage.control('requestCount')();
    await stage.fails('unsupported', () => calls[name](stage.source, stage));
    assert.equal(stage.control('requestCount')(), before);
  },
}));

const limitKinds = { maxPageSize: false, maxContentBytes: true, linkLifetimeMs: true, maxConcurrency: false, maxArchives: true } as const;
/** Those that an adapter may leave out. */
const optionalLimits = ['openBatch', 'openBatchBytes', 'openBatchSpreadBytes', 'openBatchFileBytes', 'requestsPerOpen', 'requestsPerListedOpen', 'maxCalls', 'maxOpening'] as const;

export const capabilityCases: ConformanceArea = {
  area: 'capabilities',
  cases: [
    {
      title: 'are those that the author of the adapter expects',
      run: async ({ source, expected }) => {
        const { limits, ...declared } = expectationOf(source.capabilities);
        const { limits: expectedLimits = {}, ...expectedSupport } = expected;
        assert.deepEqual(declared, expectedSupport);
        assert.deepEqual({ ...limits, ...expectedLimits }, limits);
      },
    },
    {
      title: 'say of every operation whether it is native, emulated or unsupported',
      run: async ({ source }) => {
        for (const name of capabilityNames) assert(['native', 'emulated', 'unsupported'].includes(source.capabilities[name].support), name);
        assert.equal(typeof source.capabilities.openInMemory, 'boolean');
      },
    },
    {
      title: 'name the cost of what is emulated and the reason for what is unsupported',
      run: async ({ source }) => {
        for (const name of capabilityNames) {
          const support = source.capabilities[name];
          if (support.support === 'emulated') assert(support.cost.trim().length > 5, `${name} needs a cost that says something`);
          if (support.support === 'unsupported') assert(support.reason.trim().length > 5, `${name} needs a reason that says something`);
        }
      },
    },
    {
      title: 'have limits that are whole numbers above 0, or null where that means none',
      run: async ({ source: { capabilities } }) => {
        for (const [name, mayBeNull] of Object.entries(limitKinds)) {
          const limit = capabilities.limits[name as keyof typeof limitKinds];
          assert((mayBeNull && limit === null) || (Number.isSafeInteger(limit) && Number(limit) > 0), `${name} is ${String(limit)}`);
        }
        for (const name of optionalLimits) {
          const limit = capabilities.limits[name];
          assert(limit === undefined || (Number.isSafeInteger(limit) && limit > 0), `${name} is ${limit}`);
        }
      },
    },
    {
      title: 'tell how many requests an open takes, but for one redirect of the vendor',
      when: { open: 'supported' },
      needs: ['requestCount'],
      run: async (stage) => {
        const { source, sizeable } = stage;
        await collect(source.list(sizeable.folder));
        // The first open may have to learn how this vendor is asked.
        await readWhole(source, refOf(sizeable));
        const before = stage.control('requestCount')();
        await readWhole(source, refOf(sizeable));
        const took = stage.control('requestCount')() - before;
        const told = source.capabilities.limits.requestsPerOpen ?? 1;
        assert(took === told || took === told + 1, `an open took ${took} requests, the limits say ${told}`);
      },
    },
    {
      title: 'have ranges and archives wherever files can be opened, since core completes them',
      when: { open: 'supported' },
      run: async ({ source: { capabilities } }) => {
        assert.notEqual(capabilities.openRange.support, 'unsupported');
        assert.notEqual(capabilities.archive.support, 'unsupported');
      },
    },
    {
      title: 'claim conversion and cancelling of archives only along with archives',
      run: async ({ source: { capabilities } }) => {
        const claims = capabilities.archiveConvert.support !== 'unsupported' || capabilities.archiveCancel.support !== 'unsupported';
        assert(!claims || capabilities.archive.support !== 'unsupported');
      },
    },
    {
      title: 'are the same for every source of one kind, and stay so after calls',
      run: async (stage) => {
        const before = JSON.stringify(stage.source.capabilities);
        await collect(stage.source.list(stage.world.documents.id));
        assert.equal(JSON.stringify(stage.source.capabilities), before);
        assert.equal(JSON.stringify((await stage.anotherSource()).capabilities), before);
      },
    },
    {
      title: 'can be written as JSON and read again',
      run: async ({ source: { capabilities } }) => {
        assert.deepEqual(JSON.parse(JSON.stringify(capabilities)), capabilities);
      },
    },
    ...refusals,
    ...silentRefusals,
  ],
};
