import type { ExpectedCapabilities } from '@filesource/testkit';

export const onlyOfficeExpected: ExpectedCapabilities = {
  list: 'native',
  stat: 'native',
  open: 'native',
  openRange: 'native',
  linkFile: 'native',
  linkFolder: 'unsupported',
  archive: 'native',
  archiveConvert: 'native',
  archiveCancel: 'native',
  archiveAttach: 'native',
  openInMemory: false,
  limits: { maxPageSize: 100, maxContentBytes: null, linkLifetimeMs: null, maxArchives: 1 },
};
