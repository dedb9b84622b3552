import { describeFileSource } from '@filesource/testkit/jest';
import { createOnOfficeHarness, maxContentBytes } from './onoffice-harness.ts';

describeFileSource('onoffice-address', {
  expected: {
    list: 'native',
    stat: 'native',
    open: 'native',
    openRange: 'emulated',
    linkFile: 'native',
    linkFolder: 'native',
    archive: 'emulated',
    archiveConvert: 'unsupported',
    archiveCancel: 'emulated',
    archiveAttach: 'unsupported',
    openInMemory: false,
    limits: { maxPageSize: 500, maxContentBytes, openBatch: 50, linkLifetimeMs: 14 * 24 * 3_600_000 },
  },
  // Records have no names and no folders inside, an unknown one is like one without files, and content inside of JSON has no ranges and no links.
  without: ['nested', 'missingFolder', 'forbidden', 'ignoreRange', 'expireLinks'],
  setup: () => createOnOfficeHarness('address'),
});
