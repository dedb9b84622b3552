import { FileSourceError, redactUrl, retryAfterMs, type ErrorKind } from '@filesource/core';

/** What is known about an answer besides its body. */
export interface AnswerFacts {
  readonly httpStatus: number;
  readonly retryAfter: string | undefined;
  readonly nowMs: number;
  /** This machine's clock minus the vendor's, by its `Date` header; `null` where there is none. */
  readonly skewMs: number | null;
}

/**
 * The vendor's codes by what a caller can do about them. onOffice publishes no table: see the README for where these come from.
 */
const kindsByCode: readonly (readonly [ErrorKind, readonly number[]])[] = [
  ['unauthenticated', [13, 22, 28, 30, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 136, 137, 153, 193, 201, 243, 248, 400]],
  ['permission-denied', [149, 155, 156, 158, 174, 175, 176, 240, 253]],
  ['not-found', [80, 121, 127, 169, 235, 292, 293]],
  ['unsupported', [23, 24, 25, 199, 279]],
  ['invalid-argument', [18, 69, 79, 96, 110, 114, 117, 141, 144, 160, 167, 185, 194, 198, 213, 215, 227, 228, 254, 255, 282, 291, 294, 302]],
  ['vendor-protocol', [9]],
];

const temporaryCodes: ReadonlySet<number> = new Set([1, 97, 303, 500, 999]);
const clockCode = 136;
/** What a user of the marketplace has to send along with each call. */
const claimCodes: ReadonlySet<number> = new Set([193, 201, 248]);
const claimAdvice = 'Token and secret are of a service of the marketplace, whose calls need a claim that is not sent here: use those of an API user of this account.';
const unknownParameterCodes: ReadonlySet<string> = new Set(['141', '144', '255', '282']);
/** Timestamps may be 120 seconds off. */
export const clockToleranceMs = 120_000;

const advices: Partial<Record<ErrorKind, string>> = {
  unauthenticated: 'Check token (32 characters) and secret (64 characters) of the API user, and that the user is active.',
  'permission-denied': 'Give the API user the right to read this record, and allow the IP address of this machine.',
  'not-found': 'Check the id, and that the API user may read the record.',
};

/** The error for a code of onOffice, wherever in the answer it stood. */
export function vendorError(code: number, message: string | null | undefined, facts: AnswerFacts): FileSourceError {
  const kind = kindsByCode.find(([, codes]) => codes.includes(code))?.[0] ?? 'vendor-failure';
  const text = (message ?? '').replace(/\p{Cc}+/gu, ' ').trim().slice(0, 200);
  const skew = kind === 'unauthenticated' ? skewAdvice(code, facts.skewMs) : undefined;
  const advice = claimCodes.has(code) ? claimAdvice : (skew ?? advices[kind]);
  return new FileSourceError(kind, `onOffice answers with an error${text === '' ? '' : `: ${text}`}`, {
    vendorCode: String(code),
    status: temporaryCodes.has(code) ? 'temporary' : 'permanent',
    httpStatus: facts.httpStatus,
    ...(advice === undefined ? {} : { advice }),
  });
}

function skewAdvice(code: number, skewMs: number | null): string | undefined {
  const isOff = skewMs !== null && Math.abs(skewMs) > clockToleranceMs;
  if (isOff) return `The clock of this machine is about ${Math.round(Math.abs(skewMs) / 60_000)} minutes ${skewMs > 0 ? 'ahead of' : 'behind'} that of onOffice, and 2 are allowed. Set it right.`;
  return code === clockCode ? 'Set the clock of this machine right: onOffice allows it to be off by 120 seconds.' : undefined;
}

/** The error for an answer of the API with an HTTP status that is not 2xx and no code of onOffice in it. */
export function apiStatusError(facts: AnswerFacts): FileSourceError {
  const { httpStatus } = facts;
  if (httpStatus === 401) return httpError('unauthenticated', facts, skewAdvice(0, facts.skewMs) ?? advices.unauthenticated);
  if (httpStatus === 402) return httpError('quota-exceeded', facts, 'Check the contract of this onOffice account.');
  if (httpStatus === 403) return httpError('permission-denied', facts, advices['permission-denied']);
  if (httpStatus === 413) return httpError('too-large', facts, 'Lower maxActionsPerRequest.');
  const passing = passingStatusError(facts);
  return passing ?? httpError('vendor-protocol', facts, 'Check apiUrl: this does not look like the API of onOffice.', 'permanent');
}

/** The error for an API that is said to be at another address: what is signed goes to none that the config does not name. */
export function elsewhereError(httpStatus: number, address: string): FileSourceError {
  return new FileSourceError('vendor-protocol', `onOffice redirects its API to ${redactUrl(address)}`, { httpStatus, advice: 'If the API is really there, set apiUrl to that address.' });
}

/** The error for a file link with an HTTP status that is no file and no sign of a dead link. */
export function linkStatusError(facts: AnswerFacts): FileSourceError {
  if (facts.httpStatus === 402) return httpError('quota-exceeded', facts, undefined);
  return passingStatusError(facts) ?? httpError('vendor-protocol', facts, undefined, 'temporary');
}

function passingStatusError(facts: AnswerFacts): FileSourceError | undefined {
  if (facts.httpStatus === 429) return httpError('rate-limited', facts, 'Make fewer calls at the same time.');
  if (facts.httpStatus === 408) return httpError('timeout', facts, undefined);
  return facts.httpStatus >= 500 ? httpError('vendor-failure', facts, undefined) : undefined;
}

function httpError(kind: ErrorKind, facts: AnswerFacts, advice: string | undefined, status?: 'permanent' | 'temporary'): FileSourceError {
  const waitMs = retryAfterMs(facts.retryAfter, facts.nowMs - (facts.skewMs ?? 0));
  return new FileSourceError(kind, `onOffice answers with HTTP status ${facts.httpStatus}`, {
    httpStatus: facts.httpStatus,
    ...(status === undefined ? {} : { status }),
    ...(advice === undefined ? {} : { advice }),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  });
}

/** An answer that is not what was asked for; another try may go better. */
export function protocolError(what: string): FileSourceError {
  return new FileSourceError('vendor-protocol', `onOffice gave an answer that cannot be used: ${what}`, { status: 'temporary' });
}

/** True when onOffice refuses the time that a call is signed with. */
export function isClockError(error: FileSourceError): boolean {
  return error.vendorCode === String(clockCode);
}

/** True when a whole request failed for a reason that one of its actions may have brought in. */
export function mayBeOneActionsFault(error: FileSourceError): boolean {
  if (error.kind === 'unauthenticated') return false;
  return error.kind === 'too-large' || (error.vendorCode !== undefined && error.status === 'permanent');
}

/** True when the vendor refuses a parameter that it may not know. */
export function isUnknownParameter(error: unknown): boolean {
  return FileSourceError.is(error, 'invalid-argument') && error.vendorCode !== undefined && unknownParameterCodes.has(error.vendorCode);
}
