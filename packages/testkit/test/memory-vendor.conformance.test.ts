import { describeFileSource } from '@filesource/testkit/jest';
import { memoryWithout } from './memory-harness.ts';
import { createVendorHarness } from './memory-vendor.ts';

describeFileSource('a source in memory whose vendor makes archives and links', {
  expected: {
    list: 'native',
    stat: 'native',
    open: 'native',
    openRange: 'native',
    linkFile: 'native',
    linkFolder: 'unsupported',
    archive: 'native',
    archiveConvert: 'unsupported',
    archiveCancel: 'native',
    archiveAttach: 'native',
    openInMemory: true,
    limits: { linkLifetimeMs: 3_600_000 },
  },
  without: memoryWithout,
  setup: () => createVendorHarness(),
});
