import type { FileSourceError } from '@filesource/core';
import type { Outcome } from './batch.ts';
import { apiStatusError, protocolError, vendorError, type AnswerFacts } from './errors.ts';
import { quickData } from './quick-read.ts';
import { dataSchema, envelopeSchema, resultSchema, statusSchema, type WireRecord, type WireResult } from './schemas.ts';

/** One call of the API: what it is about and its parameters. */
export interface Action {
  readonly resourceType: 'file' | 'downloadFiles';
  readonly resourceId: 'address' | 'appointment';
  readonly parameters: Readonly<Record<string, string | number>>;
}

/** What of an action is echoed in its result. */
export interface SentAction {
  readonly actionid: string;
  readonly resourceid: string;
  readonly resourcetype: string;
  readonly identifier: string;
}

/** The data of a successful action; `total` is `cntabsolute` as it came, which not always is the number of all rows. */
export interface ActionData {
  readonly total: number | null;
  readonly records: readonly WireRecord[];
  /** The same records, read anew: for whoever would else hold them for long. */
  readonly again?: () => readonly WireRecord[];
}

type Match = { readonly is: 'result'; readonly result: WireResult } | { readonly is: 'missing' | 'foreign' | 'ambiguous' };

/**
 * What became of each action, read from both levels of the answer.
 * - Throws what all actions fail with: an error of the whole answer that no single action explains.
 */
export function readOutcomes(body: unknown, sent: readonly SentAction[], facts: AnswerFacts): readonly Outcome<ActionData>[] {
  const envelope = envelopeSchema.safeParse(body);
  const whole = envelope.success ? wholeError(envelope.data.status, facts) : httpFailure(facts);
  const results = envelope.success ? envelope.data.response?.results : undefined;
  if (results === undefined || results === null || results.length === 0) throw whole ?? protocolError('it has no results');
  const outcomes = matchResults(results, sent).map((match) => outcomeOf(match, facts, sent.length));
  if (whole !== undefined && outcomes.every((outcome) => outcome.status === 'done')) throw whole;
  return outcomes;
}

function httpFailure(facts: AnswerFacts): FileSourceError | undefined {
  return facts.httpStatus >= 200 && facts.httpStatus < 300 ? undefined : apiStatusError(facts);
}

function wholeError(status: unknown, facts: AnswerFacts): FileSourceError | undefined {
  if (status === undefined || status === null) return httpFailure(facts);
  const parsed = statusSchema.safeParse(status);
  if (!parsed.success) return protocolError('its status cannot be read');
  const code = codeOf(parsed.data.errorcode, parsed.data.code);
  return code === 0 || code === undefined ? httpFailure(facts) : vendorError(code, parsed.data.message, facts);
}

/** 0 for success, `undefined` where the status says nothing. `code` is 200 for success, or stands in for `errorcode`. */
function codeOf(errorcode: number | null | undefined, code: number | null | undefined): number | undefined {
  if (typeof errorcode === 'number' && errorcode !== 0) return errorcode;
  if (typeof code === 'number' && code !== 200) return code;
  return typeof errorcode === 'number' || typeof code === 'number' ? 0 : undefined;
}

function outcomeOf(match: Match, facts: AnswerFacts, count: number): Outcome<ActionData> {
  if (match.is === 'result') return dataOf(match.result, facts);
  if (match.is === 'missing') return failed(protocolError('it lacks the result of this action'));
  if (match.is === 'foreign') return failed(protocolError('it holds the result of another action'));
  return count > 1 ? { status: 'alone' } : failed(protocolError('its results cannot be told apart'));
}

function dataOf(result: WireResult, facts: AnswerFacts): Outcome<ActionData> {
  const status = statusSchema.safeParse(result.status ?? {});
  if (!status.success) return failed(protocolError('the status of the action cannot be read'));
  const code = codeOf(status.data.errorcode, status.data.code);
  if (code !== undefined && code !== 0) return failed(vendorError(code, status.data.message, facts));
  const data = quickData(result.data) ?? dataSchema.safeParse(result.data).data;
  if (data === undefined) return failed(protocolError('the data of the action has not the documented shape'));
  return { status: 'done', value: { total: data.meta?.cntabsolute ?? null, records: data.records } };
}

function failed(error: FileSourceError): Outcome<ActionData> {
  return { status: 'failed', error };
}

/**
 * The result of each action.
 * - By the echoed identifier, in whatever order the results come; by position only where no identifier came back and none is missing.
 */
function matchResults(results: readonly unknown[], sent: readonly SentAction[]): readonly Match[] {
  const parsed = results.map((result) => {
    const read = resultSchema.safeParse(result);
    return read.success ? read.data : undefined;
  });
  const byIdentifier = new Map<string, WireResult>();
  const repeated = new Set<string>();
  for (const result of parsed) {
    const identifier = result?.identifier ?? '';
    if (result === undefined || identifier === '') continue;
    if (byIdentifier.has(identifier)) repeated.add(identifier);
    byIdentifier.set(identifier, result);
  }
  const isPositional = results.length === sent.length;
  return sent.map((action, index): Match => {
    if (repeated.has(action.identifier)) return { is: 'ambiguous' };
    const named = byIdentifier.get(action.identifier);
    if (named !== undefined) return echoes(named, action) ? { is: 'result', result: named } : { is: 'foreign' };
    const here = parsed[index];
    if ((here?.identifier ?? '') !== '') return { is: isPositional ? 'foreign' : 'missing' };
    if (!isPositional) return { is: byIdentifier.size > 0 ? 'missing' : 'ambiguous' };
    if (here === undefined) return { is: 'missing' };
    return echoes(here, action) ? { is: 'result', result: here } : { is: 'foreign' };
  });
}

/** An echo that is missing or empty says nothing; one that is there has to fit. */
function echoes(result: WireResult, action: SentAction): boolean {
  const fits = (echo: string | null | undefined, value: string): boolean => echo === undefined || echo === null || echo === '' || echo === value;
  return fits(result.actionid, action.actionid) && fits(result.resourcetype, action.resourcetype) && fits(result.resourceid, action.resourceid);
}
