import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Action } from './action.ts';
import { ActionError } from './action-error.ts';
import type { OnOfficeQuirks } from './quirks.ts';

const CLOCK_TOLERANCE_S = 120;

export interface SignedFields {
  readonly timestamp: string | number;
  readonly token: string;
  readonly resourcetype: string;
  readonly actionid: string;
}

/** HMAC v2 of one action, as base64. */
export function signAction(secret: string, fields: SignedFields): string {
  const message = `${fields.timestamp}${fields.token}${fields.resourcetype}${fields.actionid}`;
  return createHmac('sha256', secret).update(message).digest('base64');
}

/** Throws 137 or 243 for a wrong signature and 136 for a right one at the wrong time. */
export function checkSignature(action: Action, token: string, secret: string, nowMs: number, quirks: OnOfficeQuirks): void {
  const { timestamp, hmac, hmacVersion } = action;
  if (hmac === undefined || hmac === null || hmac === '') throw new ActionError(137);
  if (typeof hmac !== 'string') throw new ActionError(243, 'hmac');
  if (hmacVersion !== 2 && hmacVersion !== '2') throw new ActionError(137);
  if (typeof timestamp !== 'string' && typeof timestamp !== 'number') throw new ActionError(137);
  const expected = signAction(secret, { timestamp, token, resourcetype: action.resourcetype, actionid: action.actionid });
  if (!sameText(hmac, expected)) throw new ActionError(137);

  const offBySeconds = Math.abs(Math.floor(nowMs / 1000) - Number(timestamp));
  const passes = quirks.clockEdge === 'passes' ? offBySeconds <= CLOCK_TOLERANCE_S : offBySeconds < CLOCK_TOLERANCE_S;
  if (passes) return;
  throw quirks.clockMessage === 'too-old' ? new ActionError(136) : ActionError.withMessage(136, 'timestamp invalid');
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
