import { FileSourceError, lookOf, parseJson, retryAfterMs, type ErrorFacts, type ErrorKind } from '@filesource/core';
import { jsonOrNothing } from './exchange.ts';
import { envelopeSchema, validationSchema } from './schemas.ts';

/** An answer that is not the one hoped for, in whatever shape it came. */
export interface VendorFailure {
  readonly httpStatus: number;
  /** The vendor's own words, in the language of the portal; `null` for none. */
  readonly message: string | null;
  readonly type: string | null;
  readonly hresult: number | null;
  readonly retryAfterMs: number | undefined;
}

export interface FailedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const longestMessage = 300;

/** The wait that the portal asks for; a date of its clock is held against that clock where it tells the time. */
export function askedWaitMs(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  return retryAfterMs(headers['retry-after'], portalNow(headers, nowMs));
}

function portalNow(headers: Readonly<Record<string, string>>, nowMs: number): number {
  const told = Date.parse(headers['date'] ?? '');
  return Number.isNaN(told) ? nowMs : told;
}

/** The limiter of DocSpace counts the requests of a minute: a few such waits outlast it. */
const untoldWaitMs = 20_000;

/** A limiter that says no `Retry-After` may tell the second in which it counts anew, or nothing at all. */
function limiterWaitMs({ status, headers }: FailedAnswer, nowMs: number): number | undefined {
  if (status !== 429) return undefined;
  const reset = headers['x-ratelimit-reset'] ?? '';
  const waitMs = /^\d{10}$/.test(reset) ? Number(reset) * 1000 - portalNow(headers, nowMs) : 0;
  return waitMs > 0 ? waitMs : untoldWaitMs;
}

/** Reads an error envelope of either generation, a failed validation, an empty body, a page or a text. */
export function readFailure(answer: FailedAnswer, nowMs: number): VendorFailure {
  const nothing = { message: null, type: null, hresult: null };
  return { httpStatus: answer.status, retryAfterMs: askedWaitMs(answer.headers, nowMs) ?? limiterWaitMs(answer, nowMs), ...nothing, ...readBodyOf(answer) };
}

function readBodyOf(answer: FailedAnswer): Partial<VendorFailure> {
  let json: unknown;
  try {
    json = parseJson(answer.text, { isPicked: true });
  } catch {
    const isProse = answer.text.trim() !== '' && !/^\s*[<{[]/.test(answer.text);
    return isProse ? { message: plain(answer.text) } : {};
  }
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) return {};
  const { error, response, statusCode } = envelope.data;
  const httpStatus = answer.status < 400 && typeof statusCode === 'number' && statusCode >= 400 ? { httpStatus: statusCode } : {};
  if (error !== undefined && error !== null) return { ...httpStatus, message: plain(error.message ?? ''), type: error.type ?? null, hresult: error.hresult ?? null };
  const validation = validationSchema.safeParse(response);
  if (!validation.success) return httpStatus;
  return { ...httpStatus, message: plain(Object.entries(validation.data.errors).map(([field, texts]) => `${field}: ${texts.join(' ')}`).join('; ')) };
}

function plain(text: string): string | null {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  if (line === '') return null;
  return line.length > longestMessage ? `${line.slice(0, longestMessage)}…` : line;
}

interface Meaning {
  readonly kind: ErrorKind;
  readonly says: string;
  readonly advice?: string;
}

const signInAdvice = 'Check apiKey, token, or userName and password of the source; a key may have run out or been revoked.';

function meaningOf(status: number): Meaning {
  if (status === 401) return { kind: 'unauthenticated', says: 'the portal does not accept the credentials', advice: signInAdvice };
  if (status === 402) return { kind: 'quota-exceeded', says: 'the portal is not paid for, or its quota is used up', advice: 'Ask the owner of the portal.' };
  if (status === 403) return { kind: 'permission-denied', says: 'the portal refuses this to the user', advice: 'Check the rights of the user, and the scopes of an API key (files:read; files:write for archives).' };
  if (status === 404) return { kind: 'not-found', says: 'the portal does not have it', advice: 'Check the id, and that the user of the source may see it in the portal.' };
  if (status === 409) return { kind: 'conflict', says: 'the portal reports a conflict' };
  if (status === 413) return { kind: 'too-large', says: 'the portal finds it too large' };
  if (status === 416) return { kind: 'range-not-satisfiable', says: 'the range lies outside of the file' };
  if (status === 429) return { kind: 'rate-limited', says: 'the portal is asked too often', advice: 'Wait, or lower the number of calls at once.' };
  if (status === 408 || status >= 500) return { kind: 'vendor-failure', says: 'the portal failed' };
  if (status >= 400) return { kind: 'invalid-argument', says: 'the portal does not accept the request' };
  return { kind: 'vendor-protocol', says: 'the portal answered what is not part of its API', advice: 'Check that baseUrl is the address of an ONLYOFFICE portal.' };
}

export function toError(failure: VendorFailure, facts: ErrorFacts = {}): FileSourceError {
  const { kind, says, advice } = meaningOf(failure.httpStatus);
  return make(kind, says, failure, { ...(advice === undefined ? {} : { advice }), ...facts });
}

function make(kind: ErrorKind, says: string, failure: VendorFailure, facts: ErrorFacts): FileSourceError {
  return new FileSourceError(kind, failure.message === null ? `${says} (HTTP ${failure.httpStatus})` : `${says} (HTTP ${failure.httpStatus}): ${failure.message}`, {
    httpStatus: failure.httpStatus,
    ...(failure.type === null ? {} : { vendorCode: failure.type }),
    ...(failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs }),
    ...facts,
  });
}

/** True for a page where the API would answer JSON, as a server or a proxy has for an address that it does not know. */
export function isPage({ text }: FailedAnswer): boolean {
  return /^\s*</.test(text);
}

/** Somebody answered, but not the API. */
export function notThePortal({ status, text }: FailedAnswer, facts: Pick<ErrorFacts, 'status'> = {}): FileSourceError {
  const look = jsonOrNothing(text) === undefined ? lookOf(text) : 'JSON that is none of its envelopes';
  return new FileSourceError('vendor-protocol', `expected an answer of the API, got ${look} (HTTP ${status})`, {
    httpStatus: status,
    advice: 'Check that baseUrl is the address of an ONLYOFFICE portal, and that no login page stands before it.',
    ...facts,
  });
}

/** An answer of DocSpace to anybody, where the caller believed to be somebody. */
export function notSignedIn(): FileSourceError {
  return new FileSourceError('unauthenticated', 'the portal took the call for an anonymous one: it does not know the credentials', { advice: signInAdvice });
}

const invalidOperation = -2_146_233_079;

/** What else gets 403 with that code, and does not pass by waiting. */
const invalidForGood = /bad request|enough permission|third party/i;

/** True for "Too many downloads." in any language: only an operation that is invalid right now gets 403 with this code. */
export function isBusy(failure: VendorFailure): boolean {
  if (failure.httpStatus !== 403 || invalidForGood.test(failure.message ?? '')) return false;
  return /too many downloads/i.test(failure.message ?? '') || failure.type?.endsWith('InvalidOperationException') === true || failure.hresult === invalidOperation;
}

export function busyError(failure: VendorFailure): FileSourceError {
  return make('rate-limited', 'another download of this user is running, and the vendor allows one at a time', failure, {
    // Whether to wait is decided by whenBusy, not by the retry layer.
    status: 'persistent',
    advice: 'Wait for it to end, or set whenBusy: wait and a longer busyTimeoutMs.',
  });
}

/** Failures of the login: Workspace answers a wrong password with 500, and both answer too many of them with 403. */
export function toLoginError(failure: VendorFailure): FileSourceError {
  const { httpStatus: status, message } = failure;
  const refused = (says: string, advice: string): FileSourceError => make('unauthenticated', says, failure, { advice });
  const wrong = 'Check userName and password of the source.';
  if (status === 401 || status === 404 || status === 400 || (status === 500 && /authentication failed/i.test(message ?? ''))) return refused('the login was refused', wrong);
  if (status === 403 && /too many|brute|attempts|recaptcha/i.test(message ?? '')) {
    return make('rate-limited', 'the login is blocked after too many wrong passwords', failure, { retryAfterMs: failure.retryAfterMs ?? 60_000, advice: `${wrong} The block ends after a minute.` });
  }
  if (status === 403) return refused('the login was refused', `${wrong} The user may be disabled, or blocked for a minute after too many wrong passwords.`);
  return toError(failure);
}

/** The file handler's answers: 400 stands for any failure of its own, and a store that it redirects to has links that end. */
export function toContentError(failure: VendorFailure, from: 'portal' | 'store', isArchive: boolean): FileSourceError {
  if (from === 'store' && (failure.httpStatus === 401 || failure.httpStatus === 403 || failure.httpStatus === 410)) {
    return make('link-expired', 'the store behind the portal refuses its link', failure, { advice: 'Open it again for a fresh link.' });
  }
  if (isArchive && failure.httpStatus === 404) {
    return make('link-expired', 'the archive is gone, or belongs to another user', failure, { status: 'permanent', advice: 'Make the archive again.' });
  }
  if (failure.httpStatus === 400) return make('vendor-failure', 'the file handler failed', failure, {});
  return toError(failure);
}

const endings: readonly (readonly [RegExp, ErrorKind])[] = [
  [/required (file|folder) was not found/i, 'not-found'],
  [/enough permission|access denied/i, 'permission-denied'],
  [/operation was cancell?ed/i, 'conflict'],
  [/_password:/i, 'permission-denied'],
];

/** The error text of an operation; what is in another language, or new, is a `vendor-failure`. */
export function toOperationError(message: string): FileSourceError {
  const kind = endings.find(([pattern]) => pattern.test(message))?.[1] ?? 'vendor-failure';
  return new FileSourceError(kind, `the vendor could not make the archive: ${plain(message) ?? 'it gives no reason'}`, { status: 'permanent' });
}
