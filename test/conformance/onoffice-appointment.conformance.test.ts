import { describeFileSource } from '@filesource/testkit/jest';
import { createOnOfficeHarness } from './onoffice-harness.ts';

describeFileSource('onoffice-appointment', {
  expected: {
    list: 'native',
    stat: 'native',
    open: 'native',
    openRange: 'native',
    linkFile: 'native',
    linkFolder: 'unsupported',
    archive: 'emulated',
    archiveConvert: 'unsupported',
    archiveCancel: 'emulated',
    archiveAttach: 'unsupported',
    openInMemory: false,
    limits: { maxPageSize: 500, maxContentBytes: null, linkLifetimeMs: 3_600_000 },
  },
  // Appointments have no names and no folders inside.
  without: ['nested', 'forbidden', 'tooLarge'],
  // Newest first: what is added comes before what was there, and moves it. And an unknown appointment is an error, as some answers have it.
  setup: () => createOnOfficeHarness('appointment', { listOrder: 'newest-first', unknownAppointment: 121 }),
});
