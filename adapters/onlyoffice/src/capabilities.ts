import { native, unsupported, type Capabilities } from '@filesource/core';
import type { OnlyOfficeConfig } from './config.ts';

/** Of the fifty that DocSpace answers a user at once, where it counts: some are left for the user's browser. */
const maxConcurrency = 32;
/** Whatever stands before a portal may answer far fewer at once: nobody asks for more without having said so. */
const maxCalls = 8;

/**
 * What the configured generation gives; `auto` declares what holds for both.
 * - Fixed when the source is made: a promise that changed later would be none.
 */
export function capabilitiesOf(generation: OnlyOfficeConfig['generation']): Capabilities {
  return {
    list: native,
    stat: native,
    open: native,
    openRange: native,
    linkFile: { support: 'native', note: 'works for users of the portal who may read the file; has no end' },
    linkFolder: unsupported('the portal does not tell the page of a folder'),
    archive: { support: 'native', note: archiveNote(generation) },
    archiveConvert: { support: 'native', note: 'needs a document server behind the portal' },
    archiveCancel: { support: 'native', ...(generation === 'docspace' ? {} : { note: 'in Workspace it stops every file operation of the user' }) },
    archiveAttach: { support: 'native', note: 'the vendor tells an end once: afterwards the token that shows it counts' },
    openInMemory: false,
    limits: {
      maxPageSize: generation === 'workspace' ? 1000 : 100,
      maxContentBytes: null,
      linkLifetimeMs: null,
      maxConcurrency,
      maxCalls,
      maxOpening: maxCalls,
      maxArchives: 1,
      // What the file is, which a listing told as well, and then its bytes.
      requestsPerOpen: 2,
      requestsPerListedOpen: 1,
    },
  };
}

function archiveNote(generation: OnlyOfficeConfig['generation']): string {
  if (generation === 'docspace') return 'one file alone comes as it is and not packed';
  if (generation === 'workspace') return 'asking for its progress uses up the results of other file operations of the user';
  return 'one file alone may come as it is and not packed';
}
