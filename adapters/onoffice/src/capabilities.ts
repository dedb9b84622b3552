import { native, unsupported, type Capabilities } from '@filesource/core';
import type { AddressConfig, AppointmentConfig } from './config.ts';
import { maxPageSize } from './paging.ts';

export const pageLinkLifetimeMs = 14 * 24 * 3_600_000;
export const fileLinkLifetimeMs = 3_600_000;

/** Address files up to this size share requests and are held in memory; larger ones stream. */
export const maxSharedBytes = 1024 * 1024;
/** Of contents in one request. What they hold in memory is about this for each of the requests. */
export const maxExpectedBytes = 4 * 1024 * 1024;
/** From here on, contents that wait together are spread over the requests that are free. */
export const worthSpreadingBytes = maxExpectedBytes / 2;
/** Links of appointment files that are being opened at once, where the caller does not say how many; the bodies then flow without this bound. */
export const maxOpening = 8;

/** As many as four full requests hold by default, which is how many are on their way at once. */
export const maxConcurrency = 200;

const noArchive = {
  archive: unsupported('onOffice makes no archives'),
  archiveConvert: unsupported('onOffice converts no files'),
  archiveCancel: unsupported('onOffice makes no archives'),
  archiveAttach: unsupported('onOffice makes no archives'),
} as const;

export function addressCapabilities({ maxContentBytes, maxActionsPerRequest }: Pick<AddressConfig, 'maxContentBytes' | 'maxActionsPerRequest'>): Capabilities {
  return {
    ...noArchive,
    list: native,
    stat: { support: 'native', note: 'a file is looked up in the listing' },
    open: { support: 'native', note: 'the file comes inside JSON; small ones share requests, a large one is decoded while it comes' },
    openRange: unsupported('onOffice sends files of addresses whole'),
    linkFile: { support: 'native', note: 'a page with all files of the address record' },
    linkFolder: { support: 'native', note: 'a page with all files of the address record' },
    openInMemory: false,
    limits: { maxPageSize, maxContentBytes, linkLifetimeMs: pageLinkLifetimeMs, maxConcurrency, maxArchives: null, openBatch: maxActionsPerRequest, openBatchBytes: maxExpectedBytes, openBatchSpreadBytes: worthSpreadingBytes, openBatchFileBytes: maxSharedBytes, requestsPerOpen: 1 },
  };
}

export function appointmentCapabilities({ maxActionsPerRequest }: Pick<AppointmentConfig, 'maxActionsPerRequest'>): Capabilities {
  return {
    ...noArchive,
    list: native,
    stat: native,
    open: { support: 'native', note: 'through a link that is asked for each time' },
    openRange: { support: 'native', note: 'where the file server ignores it, the bytes before the range are skipped here' },
    linkFile: native,
    linkFolder: unsupported('onOffice has links to single files of an appointment only'),
    openInMemory: false,
    // The links share a request, or came with the listing; the files then come one by one.
    limits: { maxPageSize, maxContentBytes: null, linkLifetimeMs: fileLinkLifetimeMs, maxConcurrency, maxArchives: null, openBatch: maxActionsPerRequest, requestsPerOpen: 2, requestsPerListedOpen: 1, maxOpening },
  };
}
