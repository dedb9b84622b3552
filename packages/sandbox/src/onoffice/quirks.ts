import type { Occasion } from '../faults/index.ts';
import type { TransferFault } from '../http/index.ts';
import type { Fault, Switch } from './occasions.ts';

/** Which of the answers that onOffice was seen to give, or may give, this sandbox gives. All may change while it runs. */
export interface OnOfficeQuirks {
  // Errors

  /** Global status when an action fails: 200/OK, errorcode 97, or the code and text of the first failing action. */
  errorShape: 'action-only' | 'global-97' | 'global-same';
  /** Where a missing or wrong token (13, 22) is told: in the global status without results, or in each action's. */
  tokenErrorLevel: 'global' | 'action';
  /** HTTP status of an answer whose global status is an error. */
  errorHttpStatus: 'always-200' | 'as-code';
  /** The action's status as the examples print it, or as the structure page draws it. */
  actionStatusKey: 'errorcode' | 'code';
  /** 137 was seen with and without a period at its end. */
  finalPeriod: boolean;
  /** Text of 136. */
  clockMessage: 'too-old' | 'timestamp-invalid';
  /** Whether a clock that is off by exactly 120 seconds passes. */
  clockEdge: 'passes' | 'fails';
  /** Every matching action fails with this code. */
  actionError: Fault<{ readonly errorcode: number; readonly message?: string; readonly resourcetype?: string; readonly resourceid?: string }>;

  // Values

  idsAsStrings: boolean;
  /** The documented example has a string for appointments and a number for addresses. */
  fileSizeAsString: 'appointments' | 'always' | 'never';
  /** `fileSize` came to address files only in September 2024. */
  fileSizeMissing: boolean;
  /** `elements` as an array of one object, as other calls have it. */
  elementsAsArray: boolean;
  cntabsolute: 'total' | 'page' | 'null' | 'zero';
  escapedSlashes: boolean;

  // Parameters

  /** The other spelling is ignored, so the whole list comes. */
  addressFileIdCasing: 'fileid' | 'fileId' | 'both';
  appointmentFileIdCasing: 'fileId' | 'fileid' | 'both';
  /** `false` ignores the parameter, as before 2026, and answers with the list. */
  appointmentFileIdSupported: boolean;
  /** Refuses parameters that are not documented (144). */
  strictParameters: boolean;
  listlimitOverMax: 'cut' | 'error';
  listlimitBelowOne: 'default' | 'error';
  unknownAddress: 'empty' | 80 | 292;
  unknownAppointment: 'empty' | 80 | 121 | 169;
  /** For an address. A file id of another appointment is documented to give an empty result. */
  unknownFile: 'empty' | 127;
  /** `unstable` begins one file later at each listing, so that pages overlap and leave gaps. */
  listOrder: 'id' | 'newest-first' | 'unstable';

  // Content of address files

  contentFault: Fault<{ readonly kind: 'missing' | 'shortened' | 'not-base64' }>;

  // Batches

  /** More actions than this in one request are refused; 0 is no limit. */
  maxActions: number;
  /** Leaves one result out; the last, unless `index` says which. */
  dropResult: boolean | (Occasion & { readonly index?: number });
  /** Results in reverse order. */
  shuffleResults: Switch;
  /** One result says that it belongs to an action that nobody sent; the last, unless `index` says which. */
  wrongResult: boolean | (Occasion & { readonly index?: number });
  /** Leaves `response` out. */
  missingResults: Switch;

  // HTTP of the API

  httpStatus: Fault<{ readonly status: number; /** Seconds or a date. */ readonly retryAfter?: number | Date }>;
  htmlAnswer: Switch;
  halfJson: Switch;
  emptyBody: Switch;
  dropConnection: Switch;
  delayMs: number;
  /** HTTP 413 for bigger bodies; 0 is no limit. */
  maxBodyBytes: number;
  /** Sends the caller from `stable` to `latest` with this status. */
  apiRedirect: false | 301 | 302 | 307 | 308;

  // Links

  expiredLinkAnswer: 'html-200' | 403 | 404 | 410;
  /** Links on a server of their own, or on that of the API. */
  linkHost: 'separate' | 'same';
  /** Stands in every answer instead of the link, e.g. an address that must not be fetched. */
  linkInstead: false | string;
  /** Gives the same link again while it is valid, instead of a new one at each listing. */
  linkReuse: boolean;
  linkOnce: boolean;
  linkRedirect: 'none' | 'same-host' | 'other-host';
  linkRanges: boolean;
  linkHead: boolean;
  linkContentDisposition: boolean;
  linkMediaType: 'by-name' | 'octet-stream';
  /** ETag and Last-Modified. */
  linkValidators: boolean;
  linkWithoutLength: boolean;
  /** An HTML page with status 200 that asks for a login. */
  linkLogin: Switch;
  linkStatus: Fault<{ readonly status: number; readonly retryAfter?: number | Date }>;
  linkFault: Fault<TransferFault>;
}

/** The documented behaviour; where the documents leave it open, what was recorded or is most likely. */
export function documentedQuirks(): OnOfficeQuirks {
  return {
    errorShape: 'action-only',
    tokenErrorLevel: 'global',
    errorHttpStatus: 'always-200',
    actionStatusKey: 'errorcode',
    finalPeriod: false,
    clockMessage: 'too-old',
    clockEdge: 'passes',
    actionError: false,
    idsAsStrings: false,
    fileSizeAsString: 'appointments',
    fileSizeMissing: false,
    elementsAsArray: false,
    cntabsolute: 'total',
    escapedSlashes: true,
    addressFileIdCasing: 'fileid',
    appointmentFileIdCasing: 'fileId',
    appointmentFileIdSupported: true,
    strictParameters: false,
    listlimitOverMax: 'cut',
    listlimitBelowOne: 'default',
    unknownAddress: 'empty',
    unknownAppointment: 'empty',
    unknownFile: 'empty',
    listOrder: 'id',
    contentFault: false,
    maxActions: 0,
    dropResult: false,
    shuffleResults: false,
    wrongResult: false,
    missingResults: false,
    httpStatus: false,
    htmlAnswer: false,
    halfJson: false,
    emptyBody: false,
    dropConnection: false,
    delayMs: 0,
    maxBodyBytes: 0,
    apiRedirect: false,
    expiredLinkAnswer: 'html-200',
    linkHost: 'separate',
    linkInstead: false,
    linkReuse: false,
    linkOnce: false,
    linkRedirect: 'none',
    linkRanges: true,
    linkHead: true,
    linkContentDisposition: true,
    linkMediaType: 'by-name',
    linkValidators: true,
    linkWithoutLength: false,
    linkLogin: false,
    linkStatus: false,
    linkFault: false,
  };
}
