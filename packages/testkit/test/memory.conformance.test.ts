import { describeFileSource } from '@filesource/testkit/jest';
import { createMemoryHarness, memoryWithout } from './memory-harness.ts';

describeFileSource('a source in memory', {
  expected: {
    list: 'native',
    stat: 'native',
    open: 'native',
    openRange: 'native',
    linkFile: 'unsupported',
    linkFolder: 'unsupported',
    archive: 'emulated',
    archiveConvert: 'unsupported',
    archiveCancel: 'emulated',
    archiveAttach: 'unsupported',
    openInMemory: true,
    limits: { maxPageSize: 25, maxContentBytes: null, linkLifetimeMs: null, maxConcurrency: 64, maxArchives: null },
  },
  without: memoryWithout,
  setup: () => createMemoryHarness(),
});
