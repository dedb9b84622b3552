import { describeFileSource } from '@filesource/testkit/jest';
import { createOnlyOfficeHarness } from './onlyoffice-harness.ts';
import { onlyOfficeExpected } from './onlyoffice-expected.ts';

describeFileSource('onlyoffice on Workspace', {
  expected: { ...onlyOfficeExpected, limits: { ...onlyOfficeExpected.limits, maxPageSize: 1000 } },
  // The portal has no largest file, and its links have no end.
  without: ['tooLarge', 'expireLinks'],
  setup: () => createOnlyOfficeHarness({ generation: 'workspace', configured: 'workspace', signIn: 'password' }),
});
