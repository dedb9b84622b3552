import { describeFileSource } from '@filesource/testkit/jest';
import { createOnlyOfficeHarness } from './onlyoffice-harness.ts';
import { onlyOfficeExpected } from './onlyoffice-expected.ts';

describeFileSource('onlyoffice on DocSpace', {
  expected: onlyOfficeExpected,
  // The portal has no largest file, and its links have no end.
  without: ['tooLarge', 'expireLinks'],
  setup: () => createOnlyOfficeHarness({ generation: 'docspace', signIn: 'api-key' }),
});
