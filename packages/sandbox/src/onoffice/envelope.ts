import type { Action } from './action.ts';
import type { ActionError } from './action-error.ts';
import type { OnOfficeQuirks } from './quirks.ts';

export interface ResultRecord {
  readonly id: number | string;
  readonly type: string;
  readonly elements: unknown;
}

export interface ResultData {
  readonly meta: { readonly cntabsolute: number | null };
  readonly records: readonly ResultRecord[];
}

export interface ActionResult {
  readonly actionid: string;
  readonly resourceid: string;
  readonly resourcetype: string;
  readonly cacheable: boolean;
  readonly identifier: string;
  readonly data: ResultData | readonly [];
  readonly status: { readonly errorcode?: number; readonly code?: number; readonly message: string };
}

export interface Envelope {
  readonly status: { readonly code: number; readonly errorcode: number; readonly message: string };
  readonly response?: { readonly results: readonly ActionResult[] };
}

const AUTHENTICATION_CODES = new Set([13, 22, 136, 137, 156, 158, 243]);

export function successResult(action: Action, data: ResultData, quirks: OnOfficeQuirks): ActionResult {
  return { ...echo(action, true), data, status: actionStatus(0, 'OK', quirks) };
}

export function errorResult(action: Action, error: ActionError, quirks: OnOfficeQuirks): ActionResult {
  const message = error.errorcode === 137 && quirks.finalPeriod ? `${error.message}.` : error.message;
  return { ...echo(action, false), data: [], status: actionStatus(error.errorcode, message, quirks) };
}

/** The whole answer; what the global status says of a failed action is a quirk. */
export function envelope(results: readonly ActionResult[], quirks: OnOfficeQuirks): Envelope {
  const failed = quirks.errorShape === 'action-only' ? undefined : results.find((result) => errorcodeOf(result) !== 0);
  if (failed === undefined) return { status: { code: 200, errorcode: 0, message: 'OK' }, response: { results } };
  const errorcode = errorcodeOf(failed);
  const code = AUTHENTICATION_CODES.has(errorcode) ? 400 : 500;
  const status =
    quirks.errorShape === 'global-97' ? { code, errorcode: 97, message: 'Error in action' } : { code, errorcode, message: failed.status.message };
  return { status, response: { results } };
}

/** The answer to a request that is refused as a whole. */
export function refusedEnvelope(error: ActionError): Envelope {
  const code = AUTHENTICATION_CODES.has(error.errorcode) ? 400 : 500;
  return { status: { code, errorcode: error.errorcode, message: error.message }, response: { results: [] } };
}

export function encodeEnvelope(answer: Envelope, quirks: OnOfficeQuirks): string {
  const json = JSON.stringify(answer);
  // Outside of strings JSON has no slash.
  return quirks.escapedSlashes ? json.replaceAll('/', '\\/') : json;
}

function echo(action: Action, cacheable: boolean): Omit<ActionResult, 'data' | 'status'> {
  const { actionid, resourceid, resourcetype, identifier } = action;
  return { actionid, resourceid, resourcetype, cacheable, identifier };
}

function actionStatus(errorcode: number, message: string, quirks: OnOfficeQuirks): ActionResult['status'] {
  return quirks.actionStatusKey === 'errorcode' ? { errorcode, message } : { code: errorcode, message };
}

function errorcodeOf(result: ActionResult): number {
  return result.status.errorcode ?? result.status.code ?? 0;
}
